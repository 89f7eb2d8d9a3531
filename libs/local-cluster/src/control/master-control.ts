import type { AdjustableClock, ClockMode } from '../runtime/adjustable-clock.js';
import type { Clock } from '../runtime/clock.js';
import type { FrameworkStream } from '../master/state/framework.js';
import type { MasterInside } from '../master/master.js';
import type { TestHooks } from '../master/state/test-hooks.js';
import { ControlError } from './control-error.js';
import { HttpFaults, type PlannedFault } from './http-faults.js';
import { Journal, type JournalEntry } from './journal.js';
import type { MasterSeat } from './master-seat.js';

/** Makes things go wrong between a master and its frameworks, for tests (spec/local-cluster.md §25). */
export class MasterControl {
  private readonly faults = new HttpFaults();
  private readonly journal: Journal;

  constructor(
    private readonly seat: MasterSeat,
    /** Changed in place: every master of the seat looks there. */
    private readonly hooks: TestHooks,
    private readonly time: {
      readonly clock: Clock;
      /** Absent where the cluster was given a clock of its own. */
      readonly adjustable: AdjustableClock | undefined;
      /** Whether the journal is kept. */
      readonly isRecording: boolean;
    },
  ) {
    this.journal = new Journal(time.clock);
    hooks.takeFault = (path, callType) => this.faults.take(path, callType);
    hooks.hasFaults = () => this.faults.outstanding > 0;
    if (!time.isRecording) return;
    hooks.onCall = (call) => this.journal.call(call);
    hooks.onEvent = (frameworkId, event) => this.journal.event(frameworkId, event);
  }

  /** Offers that are out, scripted answers that wait, and how time passes. */
  status(): Record<string, unknown> {
    const { detour } = this.hooks;
    return {
      clock: this.time.adjustable?.mode ?? { kind: 'given' },
      outstandingOffers: this.inside.offers.size,
      plannedFaults: this.faults.outstanding,
      ...(detour === undefined ? {} : { detour }),
    };
  }

  /** What was said after entry number `seq`. */
  journalSince(seq: number): readonly JournalEntry[] {
    return this.journal.since(seq);
  }

  /** Cuts the stream of a framework. */
  disconnectFramework(frameworkId: string): void {
    this.streamOf(frameworkId).close();
  }

  /** Sends a framework nothing for so long, heartbeats included. */
  stallFramework(frameworkId: string, forMs: number): void {
    this.streamOf(frameworkId).stall?.(forMs);
  }

  /** Sends a framework an ERROR, and cuts its stream. */
  failFramework(frameworkId: string, message: string): void {
    const stream = this.streamOf(frameworkId);
    stream.send({ type: 'ERROR', error: { message } });
    stream.close();
  }

  /** Takes back the offers of one agent, one offer, or all. */
  rescindOffers({ agentId, offerId }: { agentId?: string | undefined; offerId?: string | undefined }): void {
    const { state, offers } = this.inside;
    if (offerId !== undefined) {
      const offer = offers.get(offerId);
      if (offer === undefined) throw new ControlError(404, `there is no offer ${offerId}`);
      offers.rescind(offer);
      return;
    }
    for (const agent of state.agents.values()) {
      if (agentId !== undefined && agent.id !== agentId) continue;
      for (const offer of agent.offers) offers.rescind(offer);
    }
  }

  /** No offers are made until `resumeAllocation`, but by `runAllocation`. */
  pauseAllocation(): void {
    this.inside.allocator.pause();
  }

  resumeAllocation(): void {
    this.inside.allocator.resume();
  }

  /** Resolves at the end of the run. */
  runAllocation(): Promise<void> {
    return this.inside.allocator.runNow();
  }

  /** The next requests of a kind suffer a fault. */
  planFault(fault: PlannedFault): void {
    this.faults.plan(fault);
  }

  /** Every request but those of the control API is sent to another address, `host:port`; without one no longer. */
  redirect(to: string | undefined): void {
    this.hooks.detour = to === undefined ? undefined : { redirectTo: to };
  }

  setClock(mode: ClockMode): void {
    this.adjustable().setMode(mode);
  }

  /** Moves virtual time; resolves when all that became due has rung. */
  async advanceClock(durationMs: number): Promise<void> {
    const clock = this.adjustable();
    if (clock.mode.kind !== 'virtual') throw new ControlError(409, 'only a virtual clock can be advanced');
    await clock.advance(durationMs);
  }

  private adjustable(): AdjustableClock {
    const { adjustable } = this.time;
    if (adjustable === undefined) throw new ControlError(409, 'the cluster was given a clock of its own');
    return adjustable;
  }

  private get inside(): MasterInside {
    return this.seat.master.inside;
  }

  private streamOf(frameworkId: string): FrameworkStream {
    const framework = this.inside.state.frameworks.get(frameworkId);
    if (framework?.stream === undefined) {
      throw new ControlError(404, `framework ${frameworkId} is not connected`);
    }
    return framework.stream;
  }
}
