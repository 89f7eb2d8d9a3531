import type { WaitingRunSpec } from './match-context.js';

/**
 * Whom offers of one role are shown to. For each offer they are asked in a fresh random order (`spec/scheduling.md` §2.5); the
 * order is drawn as far as it is needed, so an offer that is soon used up costs nothing for the apps that are not asked.
 */
export class LauncherQueue {
  private readonly launchers: WaitingRunSpec[];

  constructor(
    waiting: readonly WaitingRunSpec[],
    private readonly random: () => number,
  ) {
    this.launchers = [...waiting];
  }

  get isEmpty(): boolean {
    return this.launchers.length === 0;
  }

  /** Asks launchers about one offer until it is used up or nobody is left; those that do not stay leave the queue. */
  round(ask: (launcher: WaitingRunSpec) => Answer): void {
    const { launchers } = this;
    const again: WaitingRunSpec[] = [];
    let gone: Set<WaitingRunSpec> | undefined;
    let turnsAgain = 0;
    for (let asked = 0; ; asked += 1) {
      const launcher = asked < launchers.length ? this.draw(asked) : again[turnsAgain++];
      if (launcher === undefined) break;
      const answer = ask(launcher);
      if (!answer.stays) gone = (gone ?? new Set()).add(launcher);
      else if (answer.launched) again.push(launcher);
      if (!answer.goOn) break;
    }
    if (gone !== undefined) this.removeFirst(gone);
  }

  private draw(asked: number): WaitingRunSpec {
    const { launchers } = this;
    const drawn = asked + Math.floor(this.random() * (launchers.length - asked));
    const launcher = launchers[drawn]!;
    launchers[drawn] = launchers[asked]!;
    launchers[asked] = launcher;
    return launcher;
  }

  /** Those asked stand at the front, so that is where those who leave are found. */
  private removeFirst(gone: Set<WaitingRunSpec>): void {
    const { launchers } = this;
    for (let place = 0; gone.size > 0;) {
      if (!gone.delete(launchers[place]!)) place += 1;
      else {
        const last = launchers.pop()!;
        if (place < launchers.length) launchers[place] = last;
      }
    }
  }
}

/** What came of asking one launcher. */
export interface Answer {
  /** It used some of the offer, and gets another turn after all that wait for their first. */
  readonly launched: boolean;
  /** It is worth asking about further offers. */
  readonly stays: boolean;
  /** More launchers may be asked about this offer. */
  readonly goOn: boolean;
}
