import type { Notifier } from './notifier.js';

/** Who leads as far as is known, and who wants to hear of changes. */
export class LeaderView {
  readonly #listeners = new Set<(leader: string | undefined) => void>();
  #leader: string | undefined;

  constructor(private readonly notifier: Notifier) {}

  get leader(): string | undefined {
    return this.#leader;
  }

  set(leader: string | undefined): void {
    if (leader === this.#leader) return;
    this.#leader = leader;
    for (const listener of this.#listeners)
      this.notifier.tell(() => {
        if (this.#listeners.has(listener)) listener(leader);
      });
  }

  onChange(listener: (leader: string | undefined) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
