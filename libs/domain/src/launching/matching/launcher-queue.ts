import type { Launcher } from './launcher.js';

/**
 * The launchers of one role. For each offer they are asked in a fresh random order (`spec/scheduling.md` §2.5); the order is drawn
 * as far as it is needed, so an offer that is soon used up costs nothing for the apps that are not asked.
 */
export class LauncherQueue {
  private readonly launchers: Launcher[] = [];

  constructor(private readonly random: () => number) {}

  add(launcher: Launcher): void {
    launcher.place = this.launchers.length;
    this.launchers.push(launcher);
  }

  get isEmpty(): boolean {
    return this.launchers.length === 0;
  }

  /** Asks launchers about one offer until it is used up or nobody is left; those without candidates leave the queue. */
  round(ask: (launcher: Launcher) => Answer): void {
    const again: Launcher[] = [];
    const done: Launcher[] = [];
    let turnsAgain = 0;
    for (let asked = 0; ; asked += 1) {
      const launcher = asked < this.launchers.length ? this.draw(asked) : again[turnsAgain++];
      if (launcher === undefined) break;
      const answer = ask(launcher);
      if (!launcher.hasCandidates) done.push(launcher);
      else if (answer.launched) again.push(launcher);
      if (!answer.goOn) break;
    }
    for (const launcher of done) this.remove(launcher);
  }

  private draw(asked: number): Launcher {
    const drawn = asked + Math.floor(this.random() * (this.launchers.length - asked));
    const launcher = this.launchers[drawn]!;
    this.put(this.launchers[asked]!, drawn);
    this.put(launcher, asked);
    return launcher;
  }

  private remove(launcher: Launcher): void {
    const last = this.launchers.pop()!;
    if (last !== launcher) this.put(last, launcher.place);
  }

  private put(launcher: Launcher, place: number): void {
    this.launchers[place] = launcher;
    launcher.place = place;
  }
}

/** What came of asking one launcher. */
export interface Answer {
  /** It used some of the offer, and gets another turn after all that wait for their first. */
  readonly launched: boolean;
  /** More launchers may be asked about this offer. */
  readonly goOn: boolean;
}
