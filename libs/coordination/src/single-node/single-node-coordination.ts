import { LeaderView } from '../leader-view.js';
import { SILENT_LOGGER, type ZooKeeperLogger as Logger } from '#zookeeper';
import { Notifier } from '../notifier.js';
import type { CandidateListener, Coordination } from '../port.js';

export interface SingleNodeOptions {
  /** What this node announces. */
  readonly hostPort: string;
  readonly logger?: Logger;
}

/** The election of a node that has no rivals (`--disable_ha`, or a log that nobody shares): it is won at once. */
export function createSingleNodeCoordination(options: SingleNodeOptions): Coordination {
  return new SingleNodeCoordination(options);
}

class SingleNodeCoordination implements Coordination {
  readonly #hostPort: string;
  readonly #candidates: Notifier;
  readonly #view: LeaderView;
  readonly #watchers: Notifier;
  #isLeading = false;

  constructor({ hostPort, logger = SILENT_LOGGER }: SingleNodeOptions) {
    this.#hostPort = hostPort;
    this.#candidates = new Notifier(logger);
    this.#watchers = new Notifier(logger);
    this.#view = new LeaderView(this.#watchers);
  }

  async start(candidate?: CandidateListener): Promise<void> {
    if (candidate === undefined) return;
    this.#isLeading = true;
    this.#view.set(this.#hostPort);
    this.#candidates.tell(() => candidate.onElected());
  }

  get leader(): string | undefined {
    return this.#view.leader;
  }

  onLeaderChange(listener: (leader: string | undefined) => void): () => void {
    return this.#view.onChange(listener);
  }

  mayAct(): boolean {
    return this.#isLeading;
  }

  async confirm(): Promise<boolean> {
    return this.#isLeading;
  }

  othersStand(): boolean {
    return false;
  }

  async withdraw(): Promise<void> {
    this.#isLeading = false;
    this.#candidates.stop();
    this.#view.set(undefined);
  }

  async close(): Promise<void> {
    this.#watchers.stop();
    await this.withdraw();
  }
}
