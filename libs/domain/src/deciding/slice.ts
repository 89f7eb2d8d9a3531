import type { Turn } from './turn.js';

/** So many turns at most go by over one piece of work: to find where the last one stopped takes time as well. */
const MOST_SLICES = 32;

/**
 * What one turn does of a long piece of work on the instances of one app. It ends when the turn has no time left, but
 * not before a fair part of the work is done. The rest follows from the state when the app is looked at again.
 */
export class Slice {
  private done = 0;
  private readonly least: number;

  /** `size`: how many instances must be gone through to find those that are left. */
  constructor(
    private readonly turn: Turn,
    size: number,
  ) {
    this.least = Math.ceil(size / MOST_SLICES);
  }

  /** One more is done; tells whether to stop here. */
  isOver(): boolean {
    this.done += 1;
    return this.done >= this.least && this.turn.isTimeUp;
  }
}
