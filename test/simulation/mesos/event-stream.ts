import { encodeRecord, type Event, type SubscriptionStream } from '#mesos';
import type { World } from '../kernel/world.js';
import { MASTER } from '../kernel/network.js';
import type { Process } from '../kernel/process.js';

/** How often what did not arrive is sent again, ms. */
const RESEND_MS = 300;

/** One subscription: what the master writes arrives in its order, unless the connection breaks. */
export class EventStream implements SubscriptionStream {
  private listener: { onChunk: (chunk: Buffer) => void; onEnd: (message: string) => void } | undefined;
  private readonly arrived: Buffer[] = [];
  private readonly onTheirWay: (() => void)[] = [];
  private isResending = false;
  private lastArrivalMs = 0;
  isOpen = true;
  private endMessage: string | undefined;

  constructor(
    readonly streamId: string,
    private readonly parts: {
      readonly world: World;
      readonly process: Process;
      readonly onClose: () => void;
    },
  ) {
    parts.process.onEnd(() => this.close());
  }

  get node(): string {
    return this.parts.process.node;
  }

  /** Writes an event, which arrives `extraMs` later than it had to. */
  push(event: Event, extraMs = 0): void {
    if (!this.isOpen) return;
    const record = encodeRecord(JSON.stringify(event));
    this.schedule(extraMs, () => {
      if (this.listener === undefined) this.arrived.push(record);
      else this.listener.onChunk(record);
    });
  }

  /** The master closes the stream behind everything that it wrote. */
  end(message: string): void {
    if (!this.isOpen) return;
    this.schedule(0, () => this.finish(message));
    this.isOpen = false;
  }

  /** The connection breaks: what is on its way is lost. */
  break(message: string): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.endMessage = message;
    this.parts.world.time.after(1, () => this.finish(message));
  }

  listen(listener: { onChunk: (chunk: Buffer) => void; onEnd: (message: string) => void }): void {
    this.listener = listener;
    for (const record of this.arrived.splice(0)) listener.onChunk(record);
    if (this.endMessage !== undefined) listener.onEnd(this.endMessage);
  }

  /** The node closes it. */
  close(): void {
    this.isOpen = false;
    this.listener = { onChunk: () => undefined, onEnd: () => undefined };
    this.parts.onClose();
  }

  private finish(message: string): void {
    this.endMessage = message;
    if (this.parts.process.isAlive) this.listener?.onEnd(message);
  }

  private schedule(extraMs: number, act: () => void): void {
    const { time, network } = this.parts.world;
    this.lastArrivalMs = Math.max(this.lastArrivalMs, time.nowMs + network.latencyMs() + extraMs);
    time.after(this.lastArrivalMs - time.nowMs, () => {
      this.onTheirWay.push(act);
      this.arrive();
    });
  }

  /** Over a cut link nothing arrives; what was sent is sent again once it is mended, as connections do. */
  private arrive(): void {
    const { world, process } = this.parts;
    if (!process.isAlive || this.endMessage !== undefined || this.isResending) return;
    if (!world.network.isCut(process.node, MASTER)) {
      for (const act of this.onTheirWay.splice(0)) act();
      return;
    }
    this.isResending = true;
    world.time.after(RESEND_MS, () => {
      this.isResending = false;
      this.arrive();
    });
  }
}
