/** Runs tasks one after another, in the order of the calls; a task that fails does not stop the next. */
export class SerialQueue {
  #lastTurn: Promise<unknown> = Promise.resolve();

  run<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#lastTurn.then(task);
    this.#lastTurn = turn.catch(() => undefined);
    return turn;
  }

  /** Resolves when every task so far, and every task those have added, is done. */
  async idle(): Promise<void> {
    const seen = this.#lastTurn;
    await seen;
    if (seen !== this.#lastTurn) await this.idle();
  }
}
