import type { ClusterControl } from '../control/cluster-control.js';
import type { Logger } from '../runtime/logger.js';
import { PURPOSES } from './fate.js';
import type { SimulatedAgent } from './simulated-agent.js';
import type { Simulation } from './simulation.js';
import type { AgentSelection, TimedAction, TimedEvent } from './simulation-plan.js';
import { WheelAlarm } from './timer-wheel.js';

const BOTH_WAYS = { toAgent: true, toMaster: true };

type Deed = (control: ClusterControl, place: string, forMs: number | undefined) => void | Promise<void>;

/** What each action of a file does, by means of the control API (spec/local-cluster.md §25, §26.1). */
const DEEDS: Readonly<Record<TimedAction, Deed>> = {
  partition: (control, place, forMs) => control.partition(place, BOTH_WAYS, forMs),
  disconnect: (control, place, forMs) => control.disconnect(place, forMs),
  heal: (control, place) => control.heal(place),
  stop: (control, place) => control.stop(place),
  start: (control, place) => control.start(place),
  restart: (control, place) => control.restart(place),
  unreachable: (control, place) => control.markUnreachable(place),
  gone: (control, place) => control.markGone(place),
  drain: (control, place) => control.drain(place, { markGone: false }),
  deactivate: (control, place) => control.deactivate(place),
  reactivate: (control, place) => control.reactivate(place),
  unregister: (control, place) => control.unregister(place),
};

/** What undoes an action after a while; partitions and disconnections heal by themselves. */
const UNDONE_BY: Partial<Record<TimedAction, TimedAction>> = {
  stop: 'start',
  deactivate: 'reactivate',
  drain: 'reactivate',
};

/** One event of a file, at its time. */
class EventAlarm extends WheelAlarm {
  constructor(private readonly happen: () => void) {
    super();
  }

  override ring(): void {
    this.happen();
  }
}

/** Carries out the events of a plan (spec/local-cluster.md §26.1). */
export class TimedEvents {
  constructor(
    private readonly simulation: Simulation,
    private readonly agents: readonly SimulatedAgent[],
    private readonly control: ClusterControl,
    private readonly logger: Logger,
  ) {}

  start(events: readonly TimedEvent[]): void {
    for (const [number, event] of events.entries()) {
      this.at(event.atMs, () => this.carryOut(event, this.select(event.agents, number)));
    }
  }

  private at(delayMs: number, happen: () => void): void {
    this.simulation.wheel.set(new EventAlarm(happen), delayMs);
  }

  private carryOut({ action, forMs }: TimedEvent, places: readonly number[]): void {
    for (const place of places) void this.attempt(action, place, forMs);
    const undoing = UNDONE_BY[action];
    if (forMs === undefined || undoing === undefined) return;
    this.at(forMs, () => {
      for (const place of places) void this.attempt(undoing, place, undefined);
    });
  }

  private async attempt(action: TimedAction, place: number, forMs: number | undefined): Promise<void> {
    try {
      await DEEDS[action](this.control, String(place), forMs);
    } catch (error) {
      this.logger.warn({ action, place, error: String(error) }, 'An event of the simulation had no effect');
    }
  }

  private select(selection: AgentSelection, number: number): number[] {
    const places = [...this.agents.keys()];
    if ('all' in selection) return places;
    if ('hostname' in selection)
      return places.filter((place) => this.agents[place]!.hostname === selection.hostname);
    const draws = this.simulation.fates.draws(PURPOSES.selection, number);
    const chosen = Math.min(places.length, Math.round(selection.random));
    for (let done = 0; done < chosen; done += 1) {
      const other = done + Math.floor(draws.next() * (places.length - done));
      [places[done], places[other]] = [places[other]!, places[done]!];
    }
    return places.slice(0, chosen);
  }
}
