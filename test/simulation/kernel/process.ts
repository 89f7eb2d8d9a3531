/**
 * One life of a simulated process. Nothing that belongs to it has an effect once it is over: whoever acts for it asks
 * first, and answers to it are never delivered.
 */
export class Process {
  isAlive = true;
  private readonly endings: (() => void)[] = [];

  constructor(readonly node: string) {}

  /** Calls `act` when the process ends. */
  onEnd(act: () => void): void {
    this.endings.push(act);
  }

  end(): void {
    if (!this.isAlive) return;
    this.isAlive = false;
    for (const act of this.endings) act();
  }

  /** What `task` comes to, if the process lives to see it. */
  awaiting<T>(task: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      task.then(
        (value) => this.isAlive && resolve(value),
        (error: unknown) => {
          if (this.isAlive) reject(error instanceof Error ? error : new Error(String(error)));
        },
      );
    });
  }
}
