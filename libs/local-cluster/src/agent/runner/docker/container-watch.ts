import type { Clock, Timer } from '../../../runtime/clock.js';
import type { Logger } from '../../../runtime/logger.js';
import type { ContainerListener, Inspection, RunnerEvent } from '../runner.js';
import type { DockerEngine } from './docker-engine.js';

/** An event on its way, with its number and whom to tell that it was handled. */
export interface Arrival {
  readonly event: RunnerEvent;
  readonly seq: number;
  readonly handled: () => void;
}

/** What a watch needs. */
export interface WatchDependencies {
  readonly engine: DockerEngine;
  readonly listener: ContainerListener;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Pauses between looks whether a container runs (spec/local-cluster.md §17.2): soon at first, then steadily. */
const firstPauseMs = 60;
const longestPauseMs = 500;

/**
 * Passes the events of a client on as those of its container: a container runs only when its engine says so, and what
 * happens next waits until that is known.
 */
export class ContainerWatch {
  /** The client runs, the container may not yet. */
  private starting: Arrival | undefined;
  /** What came while the container was starting. */
  private readonly waiting: Arrival[] = [];
  private pauseMs = firstPauseMs;
  private timer: Timer | undefined;
  private isLooking = false;
  private isClosed = false;

  constructor(
    private readonly name: string,
    private readonly dependencies: WatchDependencies,
  ) {}

  take(arrival: Arrival): void {
    if (this.isClosed) return;
    if (this.starting !== undefined) {
      this.waiting.push(arrival);
      if (!this.isLooking) void this.look();
    } else if (arrival.event.type === 'running') {
      this.starting = arrival;
      this.lookLater();
    } else {
      this.pass(arrival);
    }
  }

  /** Nothing more is passed on; a later agent hears it again. */
  close(): void {
    this.isClosed = true;
    this.timer?.cancel();
  }

  private lookLater(): void {
    this.timer = this.dependencies.clock.schedule(this.pauseMs, () => void this.look());
    this.pauseMs = Math.min(2 * this.pauseMs, longestPauseMs);
  }

  /** Once the container ends or is to end, there is one last look. */
  private async look(): Promise<void> {
    this.timer?.cancel();
    this.isLooking = true;
    const hadWaiting = this.waiting.length;
    const isLast = this.waiting.some(({ event }) => event.type !== 'health' && event.type !== 'check');
    const inspection = await this.dependencies.engine.inspectStarted(this.name);
    this.isLooking = false;
    if (this.isClosed) return;
    if (inspection !== undefined || isLast) this.settle(inspection);
    else if (this.waiting.length > hadWaiting) void this.look();
    else this.lookLater();
  }

  private settle(inspection: Inspection | undefined): void {
    const { starting } = this;
    this.starting = undefined;
    if (starting?.event.type === 'running') {
      if (inspection === undefined) starting.handled();
      else this.pass({ ...starting, event: { ...starting.event, inspection } });
    }
    for (const arrival of this.waiting.splice(0)) this.pass(arrival);
  }

  private pass({ event, seq, handled }: Arrival): void {
    this.dependencies.listener(event, seq, handled);
  }
}
