import type { Random } from '../kernel/random.js';
import type { World } from '../kernel/world.js';
import type { SimulatedNode } from '../node/simulated-node.js';
import { SimulatedResponse } from '../node/simulated-response.js';
import type { StreamLedger } from './stream-ledgers.js';

/** What a test breaks on purpose. */
export interface StreamDefects {
  /** One event in so many is swallowed. */
  readonly swallows?: number;
}

/** A reader of one of the streams, who goes on where it was whenever the stream ends. */
export class Subscriber {
  private readonly random: Random;
  private connection = 0;
  private seen = 0;

  constructor(
    readonly name: string,
    private readonly parts: {
      readonly world: World;
      readonly ledger: StreamLedger;
      readonly nodes: readonly SimulatedNode[];
      readonly defects: StreamDefects;
      readonly onViolation: (error: unknown) => void;
    },
  ) {
    this.random = parts.world.random.fork(name);
  }

  /** Connects with some node, and again whenever that ends. */
  connect(): void {
    const { world, nodes, ledger } = this.parts;
    this.connection += 1;
    const { connection } = this;
    const node = this.random.pick(nodes)!;
    const { life } = node;
    if (life === undefined) return this.again(connection);
    const response = new SimulatedResponse((bytes) => this.receive(connection, bytes));
    response.once('close', () => this.again(connection));
    world.trace.note('STREAM', `${this.name} at ${node.name} after ${ledger.position}`);
    ledger.open(life.api, response);
    life.process.onEnd(() => response.destroy());
    if (this.random.chance(0.3)) this.stall(response);
    // Readers come and go.
    world.time.after(this.random.around(90_000), () => {
      if (this.connection === connection) response.destroy();
    });
  }

  private stall(response: SimulatedResponse): void {
    const { time } = this.parts.world;
    time.after(this.random.around(5000), () => {
      response.stall(true);
      time.after(this.random.around(5000), () => response.stall(false));
    });
  }

  private again(connection: number): void {
    this.parts.world.time.after(this.random.around(800), () => {
      if (this.connection === connection) this.connect();
    });
  }

  /** Unless the reader has left meanwhile. */
  private receive(connection: number, bytes: Buffer): void {
    const { defects, ledger, onViolation } = this.parts;
    for (const frame of bytes.toString('utf8').split('\r\n\r\n')) {
      if (this.connection !== connection) return;
      if (frame.trim() === '') continue;
      this.seen += 1;
      if (defects.swallows !== undefined && this.seen % defects.swallows === 0) continue;
      try {
        ledger.see(frame.replaceAll('\r', ''));
      } catch (error) {
        onViolation(error);
      }
    }
  }
}
