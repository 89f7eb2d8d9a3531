import { LogUnavailableError } from '../../../libs/event-log/src/errors.js';
import type {
  Group,
  Growth,
  LogState,
  LogStore,
  SnapshotStore,
} from '../../../libs/event-log/src/local/log-store.js';
import type { Snapshot, StoredEvent, StoredSnapshot } from '../../../libs/event-log/src/port.js';
import { BROKERS } from '../kernel/network.js';
import type { Process } from '../kernel/process.js';
import type { World } from '../kernel/world.js';
import type { LogFaults } from './log-faults.js';
import type { SharedTopic } from './shared-topic.js';

const NEVER = new Promise<never>(() => undefined);

/** What is left of a node's files when its process ends. */
export class NodeDisk implements SnapshotStore {
  readonly snapshots: StoredSnapshot[] = [];
  /** How far its mirror has come. */
  mirrored = 0;

  async save(snapshot: Snapshot): Promise<void> {
    this.snapshots.unshift({ ...snapshot, state: [...snapshot.state] });
    this.snapshots.length = Math.min(this.snapshots.length, 2);
  }

  async latest(head: number): Promise<StoredSnapshot | undefined> {
    return this.snapshots.find(({ position }) => position <= head);
  }
}

/** What a store is made of. */
export interface StoreParts {
  readonly world: World;
  readonly topic: SharedTopic;
  readonly faults: LogFaults;
  readonly process: Process;
  readonly disk: NodeDisk;
}

/**
 * The shared log as one node sees it, with the semantics of the one on Kafka: news of others arrive a little later, a
 * write may fail, be slow, or leave it open whether it happened, and only a new term tells where the log ends then.
 */
export class SimulatedStore implements LogStore {
  private head: number;
  private epoch: number;
  private growth: ((growth: Growth) => void) | undefined;
  /** Its own writes are no news to it. */
  private isWriting = false;
  private isAwaitingNews = false;

  constructor(private readonly parts: StoreParts) {
    const { topic, process, disk } = parts;
    this.head = disk.mirrored;
    this.epoch = topic.epochAt(this.head);
    process.onEnd(topic.onNews(() => this.expectNews()));
  }

  get snapshots(): SnapshotStore {
    return this.parts.disk;
  }

  /** Reads what is on the log already, as a node does before anything else. */
  async follow(): Promise<void> {
    while (this.isCut) await this.pause();
    await this.pause();
    this.readNews();
  }

  onGrowth(listener: (growth: Growth) => void): void {
    this.growth = listener;
  }

  state(): LogState {
    return { head: this.head, epoch: this.epoch };
  }

  async claimEpoch(): Promise<LogState> {
    await this.travel();
    const epoch = this.parts.topic.claim(this.parts.process.node);
    this.readNews();
    await this.pause();
    // Others may have claimed a later one while the answer was on its way.
    this.epoch = epoch;
    return { head: this.head, epoch };
  }

  async commit(group: Group): Promise<void> {
    const { topic, faults, process, disk } = this.parts;
    const fate = faults.nextAppend(process.node);
    this.isWriting = true;
    try {
      if (fate.crash === 'before') faults.crash(process.node, 'before an append');
      // What was sent arrives, whatever becomes of the sender meanwhile.
      if (process.isAlive) await this.depart(fate.delayMs);
      else await NEVER;
      if (fate.outcome === 'fails') throw unavailable('scripted failure of an append');
      topic.commit(process.node, group);
      if (fate.crash === 'after') faults.crash(process.node, 'after an append');
      if (fate.outcome === 'unknown') throw unavailable('the confirmation of an append was lost');
      await this.travel();
      this.head = group.first - 1 + group.batches.reduce((sum, batch) => sum + batch.length, 0);
      this.epoch = Math.max(this.epoch, group.epoch);
      disk.mirrored = Math.max(disk.mirrored, this.head);
    } finally {
      this.isWriting = false;
      this.expectNews();
    }
  }

  /** What a failed write has left behind only the next term can tell. */
  async recover(): Promise<undefined> {
    return undefined;
  }

  async probe(): Promise<void> {
    await this.travel();
    if (this.parts.faults.isDown) throw unavailable('the log takes no writes');
    await this.travel();
  }

  readRange(after: number, to: number): readonly StoredEvent[] {
    return this.parts.topic.read(after, to);
  }

  endOfBatch(position: number): number {
    return this.parts.topic.endOfBatch(position);
  }

  async sizeBytes(): Promise<number> {
    return 0;
  }

  async close(): Promise<void> {
    // Nothing is held.
  }

  private get isCut(): boolean {
    return this.parts.world.network.isCut(this.parts.process.node, BROKERS);
  }

  /** One way between the node and the log. */
  private async travel(extraMs = 0): Promise<void> {
    await this.pause(extraMs);
    if (this.isCut) {
      await this.pause(this.parts.faults.patienceMs);
      throw unavailable('no broker answers');
    }
  }

  /** The way of an append to the log. */
  private async depart(delayMs: number): Promise<void> {
    const { world } = this.parts;
    await new Promise<void>((resolve) => world.time.after(world.network.latencyMs() + delayMs, resolve));
    if (this.isCut) await this.travel();
  }

  private pause(extraMs = 0): Promise<void> {
    const { world, process } = this.parts;
    return process.awaiting(
      new Promise((resolve) => world.time.after(world.network.latencyMs() + extraMs, resolve)),
    );
  }

  private expectNews(): void {
    const { topic, process } = this.parts;
    if (this.isAwaitingNews || this.isWriting || !process.isAlive) return;
    if (topic.head <= this.head && topic.epoch <= this.epoch) return;
    this.isAwaitingNews = true;
    void this.awaitNews();
  }

  private async awaitNews(): Promise<void> {
    do await this.pause(this.isCut ? 200 : 0);
    while (this.isCut);
    this.isAwaitingNews = false;
    if (!this.isWriting) this.readNews();
  }

  private readNews(): void {
    const { topic, disk } = this.parts;
    while (this.head < topic.head) {
      const end = topic.endOfBatch(this.head + 1);
      const batch = topic.read(this.head, end);
      this.head = end;
      this.epoch = Math.max(this.epoch, topic.epochAt(end));
      disk.mirrored = Math.max(disk.mirrored, end);
      this.growth?.({ batches: [batch], epoch: this.epoch });
    }
  }
}

const unavailable = (message: string): LogUnavailableError => new LogUnavailableError('io', message);
