/** What is wanted of an app: which of its definitions, and how many instances. */
export interface Wanted {
  /** Number that a definition carries in the environment of its tasks; no two definitions have the same. */
  readonly edition: number;
  readonly instances: number;
}

/** `undefined`: there is no such app. */
export type Possible = Wanted | undefined;

/** What a command makes of an app. */
export type Effect = (before: Possible) => Possible;

/**
 * What must be true of one app by what was acknowledged. More than one thing is possible when the outcome of a command is
 * not known; then the next look at the app decides, and until then nobody commands it.
 */
export class AppBooks {
  private possibilities: readonly Possible[] = [undefined];
  /** No task may be of an older version: that of the last change or restart that was acknowledged. */
  leastVersion = '';
  /**
   * Whether an upgrade of it may have been cancelled in the middle: its tasks then stay of two versions until it is changed
   * again (spec/scheduling.md §7.5).
   */
  isMixed = false;
  /** Tasks that were killed by a command that was acknowledged. */
  readonly killed = new Set<string>();

  constructor(readonly id: string) {}

  get possible(): readonly Possible[] {
    return this.possibilities;
  }

  get isInDoubt(): boolean {
    return this.possibilities.length > 1;
  }

  /** What is wanted of it. Only when there is no doubt. */
  get wanted(): Possible {
    if (this.isInDoubt) throw new Error(`${this.id} is in doubt`);
    return this.possibilities[0];
  }

  acknowledged(effect: Effect): void {
    this.possibilities = distinct(this.possibilities.map(effect));
  }

  /** Either carried out or not. */
  unknown(effect: Effect): void {
    this.possibilities = distinct([...this.possibilities, ...this.possibilities.map(effect)]);
  }

  /** Takes what was seen; says no if that is none of the possibilities. */
  settle(seen: Possible): boolean {
    if (!this.possibilities.some((possible) => isSame(possible, seen))) return false;
    this.possibilities = [seen];
    if (seen === undefined) this.leastVersion = '';
    return true;
  }
}

export const isSame = (one: Possible, other: Possible): boolean =>
  one?.edition === other?.edition && one?.instances === other?.instances;

/** `edition 7 × 3`, or `absent`. */
export const describe = (possible: Possible): string =>
  possible === undefined ? 'absent' : `edition ${possible.edition} × ${possible.instances}`;

function distinct(all: readonly Possible[]): readonly Possible[] {
  return all.filter((possible, index) => all.findIndex((other) => isSame(other, possible)) === index);
}
