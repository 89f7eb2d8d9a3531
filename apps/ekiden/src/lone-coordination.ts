import type { CandidateListener, Coordination } from '#coordination';

/** A node that has nobody beside it: it leads at once, for as long as it lives. */
export class LoneCoordination implements Coordination {
  private isLeading = false;

  constructor(private readonly node: string) {}

  get leader(): string | undefined {
    return this.isLeading ? this.node : undefined;
  }

  start(candidate?: CandidateListener): Promise<void> {
    this.isLeading = candidate !== undefined;
    queueMicrotask(() => candidate?.onElected());
    return Promise.resolve();
  }

  onLeaderChange(): () => void {
    return () => undefined;
  }

  mayAct(): boolean {
    return this.isLeading;
  }

  confirm(): Promise<boolean> {
    return Promise.resolve(this.isLeading);
  }

  withdraw(): Promise<void> {
    this.isLeading = false;
    return Promise.resolve();
  }

  close(): Promise<void> {
    return this.withdraw();
  }
}
