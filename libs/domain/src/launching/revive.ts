import type { RoleDemand } from './offer-demand.js';

/** The part of the configuration that reviving depends on, named as the flags are. */
export interface ReviveSettings {
  readonly mesosRole: string;
  readonly minReviveOffersIntervalMs: number;
  readonly suppressOffers: boolean;
}

/** What to ask of Mesos. */
export type ReviveCall =
  /** All roles of the framework; offers are wanted for those that are not suppressed. */
  | {
      readonly type: 'UPDATE_FRAMEWORK';
      readonly roles: readonly string[];
      readonly suppressedRoles: readonly string[];
    }
  /** Offers are wanted, declined ones too. */
  | { readonly type: 'REVIVE'; readonly roles: readonly string[] };

/** How many intervals after a revival it is repeated. */
const REPETITION_INTERVALS = 2;

interface Evaluation {
  readonly roles: readonly string[];
  readonly demand: ReadonlyMap<string, RoleDemand>;
}

/**
 * When to ask Mesos for offers and when to say that none are wanted (`spec/scheduling.md` §2.6). Calls are at least
 * `min_revive_offers_interval` apart and tell the latest demand. After a quiet time the first need is told at once; a
 * mere suppression starts no interval, so that it never delays the next need.
 */
export class ReviveSchedule {
  private readonly knownRoles: Set<string>;
  private told: Evaluation | undefined;
  private nextEvaluationMs = 0;
  /** By role: when it is to be revived once more. */
  private readonly repetitions = new Map<string, number>();
  private waiting = false;

  constructor(private readonly settings: ReviveSettings) {
    this.knownRoles = new Set([settings.mesosRole]);
  }

  /** Every role known so far: what a subscription names. */
  get roles(): readonly string[] {
    return [...this.knownRoles];
  }

  /** A session with the master began: nothing that was told before holds any longer. */
  sessionBegan(): void {
    this.told = undefined;
    this.nextEvaluationMs = 0;
    this.repetitions.clear();
  }

  /**
   * Asks for offers in every role although nobody may need any, to see what agents there are. Counts as told, so that a
   * need that comes next is told at once, and the next evaluation suppresses what nobody needs.
   */
  lookAround(): ReviveCall {
    const demand = new Map<string, RoleDemand>();
    for (const role of this.roles) {
      const before = this.told?.demand.get(role);
      demand.set(role, before?.wanted === true ? before : { wanted: true, highestVersion: 0 });
    }
    this.told = { roles: this.roles, demand };
    return { type: 'REVIVE', roles: this.roles };
  }

  /** The calls that are due at `nowMs` (epoch ms) for the demand of all roles as it is now. */
  evaluate(demand: ReadonlyMap<string, RoleDemand>, nowMs: number): ReviveCall[] {
    for (const role of demand.keys()) this.knownRoles.add(role);
    this.waiting = false;
    const calls = this.tellChanges(demand, nowMs);
    const repeated = this.takeRepetitions(demand, nowMs);
    return repeated.length === 0 ? calls : [...calls, { type: 'REVIVE', roles: repeated }];
  }

  /** When `evaluate` may have more to say without a change of demand, epoch ms; `undefined`: never. */
  get nextWakeUpMs(): number | undefined {
    const due = [...this.repetitions.values()];
    if (this.waiting) due.push(this.nextEvaluationMs);
    return due.length === 0 ? undefined : Math.min(...due);
  }

  private tellChanges(demand: ReadonlyMap<string, RoleDemand>, nowMs: number): ReviveCall[] {
    const next: Evaluation = { roles: this.roles, demand };
    const calls = this.settings.suppressOffers
      ? suppressingCalls(this.told, next)
      : revivingCalls(this.told, next);
    if (calls.length === 0) {
      this.told = next;
      return calls;
    }
    if (nowMs < this.nextEvaluationMs) {
      this.waiting = true;
      return [];
    }
    const revived = revivedRoles(this.told, next);
    this.told = next;
    const { minReviveOffersIntervalMs } = this.settings;
    if (revived.length > 0) this.nextEvaluationMs = nowMs + minReviveOffersIntervalMs;
    for (const role of revived) {
      this.repetitions.set(role, nowMs + REPETITION_INTERVALS * minReviveOffersIntervalMs);
    }
    return calls;
  }

  private takeRepetitions(demand: ReadonlyMap<string, RoleDemand>, nowMs: number): string[] {
    const due: string[] = [];
    for (const [role, atMs] of this.repetitions) {
      if (atMs > nowMs) continue;
      this.repetitions.delete(role);
      if (isWanted(demand, role)) due.push(role);
    }
    return due;
  }
}

function suppressingCalls(told: Evaluation | undefined, next: Evaluation): ReviveCall[] {
  const calls: ReviveCall[] = [];
  const suppressedRoles = unwantedRoles(next);
  const sameRoles = told?.roles.length === next.roles.length;
  if (!sameRoles || !sameMembers(unwantedRoles(told), suppressedRoles)) {
    calls.push({ type: 'UPDATE_FRAMEWORK', roles: next.roles, suppressedRoles });
  }
  const grown = next.roles.filter((role) => hasGrown(told, next, role));
  if (grown.length > 0) calls.push({ type: 'REVIVE', roles: grown });
  return calls;
}

function revivingCalls(told: Evaluation | undefined, next: Evaluation): ReviveCall[] {
  const calls: ReviveCall[] = [];
  if (told?.roles.length !== next.roles.length) {
    calls.push({ type: 'UPDATE_FRAMEWORK', roles: next.roles, suppressedRoles: [] });
  }
  const revived = revivedRoles(told, next);
  if (revived.length > 0) calls.push({ type: 'REVIVE', roles: revived });
  return calls;
}

/** Roles that get offers again: newly wanted ones, and those with a newer need. */
function revivedRoles(told: Evaluation | undefined, next: Evaluation): string[] {
  return next.roles.filter(
    (role) => isWanted(next.demand, role) && (!isWanted(told?.demand, role) || hasGrown(told, next, role)),
  );
}

/** Wanted before and now, and an instance came to want offers since. */
function hasGrown(told: Evaluation | undefined, next: Evaluation, role: string): boolean {
  const before = told?.demand.get(role);
  const now = next.demand.get(role);
  if (before?.wanted !== true || now?.wanted !== true) return false;
  return now.highestVersion > before.highestVersion;
}

function isWanted(demand: ReadonlyMap<string, RoleDemand> | undefined, role: string): boolean {
  return demand?.get(role)?.wanted === true;
}

function unwantedRoles(evaluation: Evaluation | undefined): string[] {
  return evaluation?.roles.filter((role) => !isWanted(evaluation.demand, role)) ?? [];
}

function sameMembers(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((role) => right.includes(role));
}
