import { setTimeout as delay } from 'node:timers/promises';

import type { CandidateListener, LeadershipLoss } from './port.js';

/** Writes down what a candidate is told: `elected`, `suspended`, `resumed`, `lost:<reason>`. */
export class RecordingCandidate implements CandidateListener {
  readonly told: string[] = [];
  loss: LeadershipLoss | undefined;
  /** On the monotonic clock, by what was told. */
  readonly atMs = new Map<string, number>();

  /** @param onTold called with everything at once. */
  constructor(private readonly onTold: (what: string) => void = () => {}) {}

  onElected(): void {
    this.tell('elected');
  }

  onSuspended(): void {
    this.tell('suspended');
  }

  onResumed(): void {
    this.tell('resumed');
  }

  onLost(loss: LeadershipLoss): void {
    this.loss = loss;
    this.tell(`lost:${loss.reason}`);
  }

  private tell(what: string): void {
    this.told.push(what);
    this.atMs.set(what, performance.now());
    this.onTold(what);
  }
}

/** Waits until `holds`; fails loudly after `limitMs`. */
export async function until(holds: () => boolean | Promise<boolean>, limitMs = 20_000): Promise<void> {
  const deadlineMs = performance.now() + limitMs;
  while (!(await holds())) {
    if (performance.now() > deadlineMs)
      throw new Error(`still not true after ${limitMs} ms: ${holds.toString()}`);
    await delay(5);
  }
}
