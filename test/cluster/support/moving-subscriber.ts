import { setTimeout as delay } from 'node:timers/promises';
import type { EkidenNode } from '../../support/ekiden-cluster.js';
import { EventStream, type Frame } from '../../support/event-stream.js';

/** A subscriber that goes to another node whenever its stream ends, and goes on behind what it has seen. */
export class MovingSubscriber {
  /** Frames of all streams that stand for facts on the log, in the order in which they came. */
  readonly frames: Frame[] = [];
  /** How often it moved. */
  moves = 0;
  private readonly over = new AbortController();
  private current: EventStream | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly nodes: readonly EkidenNode[]) {}

  start(): void {
    this.running = this.follow();
  }

  /** Ends it once it has seen the position. */
  async stopAt(position: number): Promise<void> {
    while ((this.current?.lastId ?? 0) < position) await delay(20);
    this.over.abort();
    await this.current?.close();
    await this.running;
  }

  private async follow(): Promise<void> {
    let lastEventId = 0;
    for (let turn = 0; !this.over.signal.aborted; turn += 1) {
      const node = this.nodes[turn % this.nodes.length]!;
      try {
        this.current = await EventStream.open(node.url, { lastEventId });
      } catch {
        await delay(20);
        continue;
      }
      this.moves += 1;
      await this.current.ended;
      this.frames.push(...this.current.recorded);
      lastEventId = Math.max(lastEventId, this.current.lastId);
    }
  }
}
