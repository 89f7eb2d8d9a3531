import type { Attribute, Offer, Range, Resource } from '../cluster/mesos-shapes.js';
import { formatTimestamp, type Timestamp } from '../time/timestamp.js';
import {
  firstPlace,
  NO_MATCH_REASONS,
  reasonsIn,
  type NoMatchReason,
  type ReasonSet,
} from './matching/no-match-reason.js';
import { roleOf } from './matching/resource-selector.js';

/**
 * Agents whose latest unused offer is remembered for an app; beyond it the one seen longest ago is forgotten. With very many
 * apps in the queue each has a smaller share of what is remembered for all together, but never less than the last number.
 */
export const REMEMBERED_AGENTS = 10_000;
const REMEMBERED_IN_ALL = 200_000;
const REMEMBERED_AT_LEAST = 100;

/** `processedOffersSummary` of `GET /v2/queue` (`spec/rest-api.md` §11.3). */
export interface OffersSummary {
  readonly processedOffersCount: number;
  readonly unusedOffersCount: number;
  readonly lastUnusedOfferAt?: Timestamp;
  readonly lastUsedOfferAt?: Timestamp;
  readonly rejectSummaryLastOffers: readonly RejectSummary[];
  readonly rejectSummaryLaunchAttempt: readonly RejectSummary[];
}

/** `processed`: offers that reached this stage of the funnel, `declined`: those that ended there. */
export interface RejectSummary {
  readonly reason: NoMatchReason;
  readonly declined: number;
  readonly processed: number;
}

/** An entry of `lastUnusedOffers`. */
export interface UnusedOfferView {
  readonly offer: OfferView;
  readonly reason: readonly NoMatchReason[];
  readonly timestamp: Timestamp;
}

export interface OfferView {
  readonly id: string;
  readonly hostname: string;
  readonly agentId: string;
  readonly resources: readonly ResourceView[];
  readonly attributes: readonly AttributeView[];
}

interface ValueView {
  readonly scalar?: number;
  readonly ranges?: readonly Range[];
  readonly set?: readonly string[];
}

export interface ResourceView extends ValueView {
  readonly name: string;
  readonly role: string;
}

export interface AttributeView extends ValueView {
  readonly name: string;
  readonly text?: string;
}

/** An offer as an app saw it: with the resources that earlier launches had left. Shared between apps. */
export interface OfferSnapshot {
  readonly offer: Offer;
  readonly resources: readonly Resource[];
}

interface UnusedOffer {
  readonly snapshot: OfferSnapshot;
  readonly reasons: ReasonSet;
  readonly atMs: number;
}

interface Tally {
  processed: number;
  unused: number;
  lastUsedAtMs: number | undefined;
  lastUnusedAtMs: number | undefined;
  /** By place in the funnel. */
  readonly declined: number[];
  /** By agent id, the latest one last. */
  readonly lastUnused: Map<string, UnusedOffer>;
}

/** What became of the offers that each app was asked about (`spec/scheduling.md` §2.7, `spec/operations.md` §16). */
export class OfferStatistics {
  private readonly byApp = new Map<string, Tally>();

  /** An offer was matched. */
  recordUsed(appId: string, nowMs: number): void {
    const tally = this.tallyOf(appId);
    tally.processed += 1;
    tally.lastUsedAtMs = nowMs;
  }

  /** An offer did not fit. Without a reason it raises only the counters. */
  recordUnused(appId: string, { snapshot, reasons, atMs }: UnusedOffer): void {
    const tally = this.tallyOf(appId);
    tally.processed += 1;
    tally.unused += 1;
    tally.lastUnusedAtMs = atMs;
    const place = firstPlace(reasons);
    if (place >= 0) tally.declined[place]! += 1;
    const agentId = snapshot.offer.agent_id.value;
    tally.lastUnused.delete(agentId);
    tally.lastUnused.set(agentId, { snapshot, reasons, atMs });
    const share = Math.floor(REMEMBERED_IN_ALL / this.byApp.size);
    const room = Math.min(REMEMBERED_AGENTS, Math.max(REMEMBERED_AT_LEAST, share));
    while (tally.lastUnused.size > room) forgetOldest(tally.lastUnused);
  }

  /** The app is no longer queued, or starts over. */
  forget(appId: string): void {
    this.byApp.delete(appId);
  }

  /** The counters of an app in wire form; zeros when it was not asked yet. */
  summaryOf(appId: string): OffersSummary {
    const tally = this.byApp.get(appId) ?? newTally();
    const { processed, unused, lastUnusedAtMs, lastUsedAtMs, lastUnused } = tally;
    return {
      processedOffersCount: processed,
      unusedOffersCount: unused,
      ...(lastUnusedAtMs === undefined ? {} : { lastUnusedOfferAt: formatTimestamp(lastUnusedAtMs) }),
      ...(lastUsedAtMs === undefined ? {} : { lastUsedOfferAt: formatTimestamp(lastUsedAtMs) }),
      rejectSummaryLastOffers: funnel(lastUnused.size, declinedBy(lastUnused.values())),
      rejectSummaryLaunchAttempt: funnel(processed, tally.declined),
    };
  }

  /** The latest unused offer of each agent in wire form, with all its reasons. */
  lastUnusedOffersOf(appId: string): UnusedOfferView[] {
    const lastUnused = this.byApp.get(appId)?.lastUnused.values() ?? [];
    return Array.from(lastUnused, ({ snapshot, reasons, atMs }) => ({
      offer: offerView(snapshot),
      reason: reasonsIn(reasons),
      timestamp: formatTimestamp(atMs),
    }));
  }

  private tallyOf(appId: string): Tally {
    let tally = this.byApp.get(appId);
    if (tally === undefined) {
      tally = newTally();
      this.byApp.set(appId, tally);
    }
    return tally;
  }
}

function newTally(): Tally {
  return {
    processed: 0,
    unused: 0,
    lastUsedAtMs: undefined,
    lastUnusedAtMs: undefined,
    declined: noneDeclined(),
    lastUnused: new Map(),
  };
}

function noneDeclined(): number[] {
  return NO_MATCH_REASONS.map(() => 0);
}

function declinedBy(unused: Iterable<UnusedOffer>): number[] {
  const declined = noneDeclined();
  for (const { reasons } of unused) {
    const place = firstPlace(reasons);
    if (place >= 0) declined[place]! += 1;
  }
  return declined;
}

function funnel(total: number, declinedByPlace: readonly number[]): RejectSummary[] {
  let processed = total;
  return NO_MATCH_REASONS.map((reason, place) => {
    const declined = declinedByPlace[place]!;
    const row = { reason, declined, processed };
    processed -= declined;
    return row;
  });
}

function forgetOldest(unused: Map<string, UnusedOffer>): void {
  for (const agentId of unused.keys()) {
    unused.delete(agentId);
    return;
  }
}

function offerView({ offer, resources }: OfferSnapshot): OfferView {
  return {
    id: offer.id.value,
    hostname: offer.hostname,
    agentId: offer.agent_id.value,
    resources: resources.map((resource) => ({
      name: resource.name,
      role: roleOf(resource),
      ...valueView(resource),
    })),
    attributes: (offer.attributes ?? []).map((attribute) => ({
      name: attribute.name,
      ...(attribute.text === undefined ? {} : { text: attribute.text.value }),
      ...valueView(attribute),
    })),
  };
}

function valueView({ scalar, ranges, set }: Pick<Attribute, 'scalar' | 'ranges' | 'set'>): ValueView {
  return {
    ...(scalar === undefined ? {} : { scalar: scalar.value }),
    ...(ranges === undefined
      ? {}
      : { ranges: (ranges.range ?? []).map(({ begin, end }) => ({ begin, end })) }),
    ...(set === undefined ? {} : { set: [...(set.item ?? [])] }),
  };
}
