import { setImmediate as othersTurn, setTimeout as delay } from 'node:timers/promises';
import {
  factsBehind,
  outlookOf,
  placementsOf,
  Rehearsal,
  tryCommand,
  type DomainSettings,
  type PlanChange,
  type PlannedChange,
  type SchedulerRuntime,
  type State,
} from '#domain';
import { planToken } from './plan-token.js';

/** How long a rehearsal goes on before everybody else has a turn: as long as a turn of the writer. */
const SLICE_MS = 5;

/** A rehearsal that takes longer than this is broken off: what it found by then is told. */
const LIMIT_MS = 5000;

/** What a planner looks at. */
export interface PlannerPorts {
  /** The writer's state at this moment; read in one go. */
  readonly view: () => { readonly state: State; readonly runtime: SchedulerRuntime };
  readonly settings: DomainSettings;
  readonly nowMs: () => number;
  /** Asks the agents for offers, because none of them is known. */
  readonly lookForAgents: () => void;
}

/** How long to wait for the first agents, and for the others once one is there. */
const FIRST_AGENTS_MS = 1000;
const OTHER_AGENTS_MS = 50;
const LOOK_INTERVAL_MS = 10;

/** Where no agent was met nobody waits for any for so long: plans are made one after another. */
const AFTER_VAIN_WAIT_MS = 10_000;

/**
 * Works out what commands would come to. The command is decided on the present state in one go, as if for real; what
 * follows is rehearsed in slices, one plan at a time, so that however many are asked for the writer is never held up.
 */
export class Planner {
  private queue: Promise<unknown> = Promise.resolve();
  /** `untilMs`: monotonic. */
  private inVain = { connected: false, untilMs: 0 };

  constructor(private readonly ports: PlannerPorts) {}

  plan({ command, withPlacements }: PlanChange): Promise<PlannedChange> {
    const planned = this.queue.then(() => this.work(command, withPlacements));
    this.queue = planned.catch(() => undefined);
    return planned;
  }

  /** A node that has begun to lead while nobody waited for offers has seen none; it may not even be connected yet. */
  private async meetAgents(): Promise<void> {
    const { inVain } = this;
    if (performance.now() < inVain.untilMs && this.ports.view().runtime.connected === inVain.connected)
      return;
    let hasAsked = false;
    for (
      const endMs = performance.now() + FIRST_AGENTS_MS;
      performance.now() < endMs;
      await delay(LOOK_INTERVAL_MS)
    ) {
      const { agents, connected } = this.ports.view().runtime;
      if (agents.size > 0) break;
      if (connected && !hasAsked) this.ports.lookForAgents();
      hasAsked ||= connected;
    }
    const { agents, connected } = this.ports.view().runtime;
    if (agents.size === 0) this.inVain = { connected, untilMs: performance.now() + AFTER_VAIN_WAIT_MS };
    // Those of one event come together; the others are not far.
    if (hasAsked) await delay(OTHER_AGENTS_MS);
  }

  private async work(command: PlanChange['command'], withPlacements: boolean): Promise<PlannedChange> {
    const { settings } = this.ports;
    if (withPlacements) await this.meetAgents();
    const { state, runtime } = this.ports.view();
    const nowMs = this.ports.nowMs();
    const trial = tryCommand(command, { state, settings, nowMs });
    const outlook = outlookOf(state, trial);
    const token = planToken(factsBehind(state, trial, outlook));
    const planned = { reply: trial.reply, outlook, token, position: state.position };
    if (!withPlacements || outlook.apps.every(({ start }) => start === 0))
      return { ...planned, placements: [] };

    let sliceEndsMs = performance.now() + SLICE_MS;
    const agents = runtime.agents.list();
    const { localRegion } = runtime;
    const isTimeUp = (): boolean => performance.now() >= sliceEndsMs;
    const rehearsal = Rehearsal.of(trial, { state, settings, agents, localRegion, nowMs, isTimeUp });
    const limitMs = performance.now() + LIMIT_MS;
    let isComplete = true;
    for (const _ of rehearsal?.run() ?? []) {
      if (!isTimeUp()) continue;
      await othersTurn();
      sliceEndsMs = performance.now() + SLICE_MS;
      if (performance.now() < limitMs) continue;
      isComplete = false;
      break;
    }
    return {
      ...planned,
      placements: placementsOf(outlook, { rehearsal, isComplete, agents: agents.length }),
    };
  }
}
