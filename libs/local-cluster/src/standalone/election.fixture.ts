import type { MasterDetector, MasterInfo } from '#mesos';
import type { Election, ElectionListener } from './election.js';

interface Candidate {
  readonly info: MasterInfo;
  readonly listener: ElectionListener;
}

/** An election without ZooKeeper: whoever came first leads, and everybody is told at once. */
export class ElectionByHand implements MasterDetector {
  private candidates: Candidate[] = [];
  private readonly watchers = new Set<(leader: URL) => void>();
  private readonly waiting = new Set<() => void>();

  /** One master's place in it. */
  place(): Election {
    let own: Candidate | undefined;
    return {
      enter: (info, listener) => {
        own = { info, listener };
        this.candidates.push(own);
        listener.onAnnounced();
        this.announce();
        return Promise.resolve();
      },
      leave: () => {
        this.candidates = this.candidates.filter((candidate) => candidate !== own);
        this.announce();
        return Promise.resolve();
      },
    };
  }

  /** The leader's session is taken from it. */
  expireLeader(): void {
    const [leader, ...others] = this.candidates;
    this.candidates = others;
    leader?.listener.onLost();
    this.announce();
  }

  async detect(signal: AbortSignal): Promise<URL> {
    while (this.url === undefined) {
      signal.throwIfAborted();
      await new Promise<void>((resolve) => {
        this.waiting.add(resolve);
        signal.addEventListener('abort', () => resolve());
      });
    }
    return this.url;
  }

  confirm(): void {}

  reject(): boolean {
    return false;
  }

  onLeaderChange(listener: (leader: URL) => void): () => void {
    this.watchers.add(listener);
    return () => this.watchers.delete(listener);
  }

  private get url(): URL | undefined {
    const address = this.candidates[0]?.info.address;
    return address === undefined ? undefined : new URL(`http://${address.ip}:${address.port}`);
  }

  private announce(): void {
    const leader = this.candidates[0]?.info;
    for (const { listener } of this.candidates) listener.onLeader(leader);
    if (this.url === undefined) return;
    for (const watcher of this.watchers) watcher(this.url);
    for (const resolve of this.waiting) resolve();
  }
}
