import { LogUnavailableError } from '../errors.js';

/** What a test wants to go wrong with an in-memory log. */
export class MemoryFaults {
  /** How long each write takes, in milliseconds. */
  flushMs = 0;
  /** While set, every write is refused as on a full disk. */
  diskFull = false;
  /** While set, a failed commit cannot be looked up, so its outcome stays unknown. */
  unreadable = false;
  #nextFailure: Error | undefined;
  #loseNextConfirmation = false;

  /** The next write fails and leaves nothing behind. */
  failNextWrite(error: Error = new LogUnavailableError('io', 'scripted failure')): void {
    this.#nextFailure = error;
  }

  /** The next commit succeeds, but reports a failure. */
  loseNextConfirmation(): void {
    this.#loseNextConfirmation = true;
  }

  takeFailure(): Error | undefined {
    if (this.diskFull) return new LogUnavailableError('disk-full', 'no room left (scripted)');
    const failure = this.#nextFailure;
    this.#nextFailure = undefined;
    return failure;
  }

  takeLostConfirmation(): boolean {
    const lost = this.#loseNextConfirmation;
    this.#loseNextConfirmation = false;
    return lost;
  }
}
