import {
  decideApiCommand,
  decideSchedulerCommand,
  SchedulerRuntime,
  settle,
  State,
  Turn,
  type Effect,
  type Offer,
} from '#domain';
import { IdentitySource } from '../apps/scheduler/src/writer/identity-source.js';
import { matchContextOf } from '../libs/domain/src/deciding/answer-offers.js';
import { Matching } from '../libs/domain/src/launching/matching/match-offer.js';
import { UNHINDERED } from '../test/support/unhindered-settings.js';
import { matchingAlone } from './matching-alone.js';

const RACKS = 250;
const ZONES = 5;
/** Tasks that one agent has room for, in cpus of the apps. */
const ROOM = 10;

/** How much waits, and where it may go. */
export interface SceneSize {
  readonly apps: number;
  readonly instancesPerApp: number;
  readonly agents: number;
}

/** The constraints of an app, by its number. */
export type ConstraintsOf = (app: number) => readonly (readonly string[])[];

/** What one turn did. */
export interface TurnReport {
  readonly durationMs: number;
  readonly placements: number;
  readonly accepts: readonly AcceptOffer[];
}

type AcceptOffer = Extract<Effect, { type: 'AcceptOffer' }>;

/** Budget of a turn that has nothing but offers, as the writer sets it. */
const TURN_BUDGET_MS = 5;

/**
 * The scheduler's core between the log and the network: a state with waiting instances, and offers that come in. Ids
 * are made as the real scheduler makes them; nothing is written or sent.
 */
export class MatchScene {
  private readonly state = new State();
  private readonly settings = { ...UNHINDERED, maxInstancesPerOffer: ROOM, maxQueuedOffers: Infinity };
  private readonly runtime = new SchedulerRuntime(this.settings, 0);
  private readonly identity = new IdentitySource();

  constructor(readonly size: SceneSize) {}

  /** Every offer is answered. */
  get isDone(): boolean {
    return this.runtime.offers.length === 0;
  }

  /** Every app of the scene is asked for by one command, so that all of it is one deployment. */
  prepare(constraintsOf: ConstraintsOf): void {
    const { apps, instancesPerApp } = this.size;
    const items = Array.from({ length: apps }, (_, index) => ({
      id: `/scene/app-${index}`,
      cmd: 'exec ./serve --port $PORT0',
      cpus: 0.1,
      mem: 64,
      instances: instancesPerApp,
      constraints: constraintsOf(index),
      env: { STAGE: 'production' },
      labels: { team: `team-${index % 20}` },
    }));
    this.turn((turn) => {
      decideSchedulerCommand(turn, { type: 'SchedulerConnected', frameworkId: 'f', master: 'm' });
      const reply = decideApiCommand(turn, {
        type: 'UpdateApps',
        items,
        force: true,
        partialUpdate: false,
        createMissing: true,
      });
      if (reply.kind !== 'accepted') throw new Error(JSON.stringify(reply).slice(0, 500));
    });
    while (this.runtime.hasWork) this.goOn();
  }

  /** One offer of every agent. */
  offers(): Offer[] {
    return Array.from({ length: this.size.agents }, (_, agent) => ({
      id: { value: `offer-${agent}` },
      agent_id: { value: `agent-S${agent}` },
      hostname: `agent${agent}.example`,
      allocation_info: { role: '*' },
      attributes: [
        { name: 'rack', type: 'TEXT', text: { value: `rack-${agent % RACKS}` } },
        { name: 'zone', type: 'TEXT', text: { value: `zone-${agent % ZONES}` } },
      ],
      resources: [
        { name: 'cpus', type: 'SCALAR', scalar: { value: 16 }, role: '*' },
        { name: 'mem', type: 'SCALAR', scalar: { value: 65_536 }, role: '*' },
        { name: 'disk', type: 'SCALAR', scalar: { value: 100_000 }, role: '*' },
        { name: 'ports', type: 'RANGES', ranges: { range: [{ begin: 31_000, end: 32_000 }] }, role: '*' },
      ],
    }));
  }

  receive(offers: readonly Offer[]): TurnReport {
    return this.turn((turn) => decideSchedulerCommand(turn, { type: 'ReceiveOffers', offers }));
  }

  /** A turn without news: what the writer does while anything is left to decide, offers to answer among it. */
  goOn(): TurnReport {
    return this.turn(() => undefined);
  }

  /** Answers offers without turns: see `matchingAlone`. Leaves the state as it was. */
  matchAlone(offers: readonly Offer[]): TurnReport {
    const { state, runtime, identity } = this;
    const alone = matchingAlone(state.instances.values());
    const turn = new Turn(state, runtime, this.settings, identity.turnEnvironment());
    const startedMs = performance.now();
    const matching = new Matching({ ...matchContextOf(turn), ...alone });
    let placements = 0;
    for (const offer of offers) {
      const answer = matching.answer(offer);
      if (answer.kind === 'accept') placements += answer.launches.length;
    }
    return { durationMs: performance.now() - startedMs, placements, accepts: [] };
  }

  private turn(decide: (turn: Turn) => void): TurnReport {
    const startedMs = performance.now();
    const turn = new Turn(this.state, this.runtime, this.settings, {
      ...this.identity.turnEnvironment(),
      isTimeUp: () => performance.now() - startedMs >= TURN_BUDGET_MS,
    });
    decide(turn);
    settle(turn);
    const durationMs = performance.now() - startedMs;
    const accepts = turn.effects.filter((effect) => effect.type === 'AcceptOffer');
    const placements = accepts.reduce((sum, { launches }) => sum + launches.length, 0);
    return { durationMs, placements, accepts };
  }
}
