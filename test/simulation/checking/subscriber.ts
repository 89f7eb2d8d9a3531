import type { Random } from '../kernel/random.js';
import type { World } from '../kernel/world.js';
import type { SharedTopic } from '../log/shared-topic.js';
import type { SimulatedNode } from '../node/simulated-node.js';
import { SimulatedResponse } from '../node/simulated-response.js';
import { must } from './violation.js';

const EVERY_POSITION = 'subscribers see every position once and in order';

/** What a test breaks on purpose. */
export interface StreamDefects {
  /** One event in so many is swallowed. */
  readonly swallows?: number;
}

/** A reader of the stream of domain events, who goes on where it was whenever the stream ends. */
export class Subscriber {
  position = 0;
  private readonly random: Random;
  private node: SimulatedNode | undefined;
  private connection = 0;
  private seen = 0;

  constructor(
    readonly name: string,
    private readonly parts: {
      readonly world: World;
      readonly topic: SharedTopic;
      readonly nodes: readonly SimulatedNode[];
      readonly defects: StreamDefects;
      readonly onViolation: (error: unknown) => void;
    },
  ) {
    this.random = parts.world.random.fork(name);
  }

  /** Connects with some node, and again whenever that ends. */
  connect(): void {
    const { world, nodes } = this.parts;
    this.connection += 1;
    const { connection } = this;
    const node = this.random.pick(nodes)!;
    const { life } = node;
    if (life === undefined) return this.again(connection);
    this.node = node;
    const response = new SimulatedResponse((bytes) => this.receive(connection, bytes));
    response.once('close', () => this.again(connection));
    world.trace.note('STREAM', `${this.name} at ${node.name} after ${this.position}`);
    life.api.stream(response, this.position);
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

  /** What was sent arrives a little later, unless the reader has left meanwhile. */
  private receive(connection: number, bytes: Buffer): void {
    const text = bytes.toString('utf8');
    for (const [, position, type] of text.matchAll(/^id: (\d+)\r\nevent: (\S+)/gm)) {
      if (this.connection !== connection) return;
      this.seen += 1;
      if (this.parts.defects.swallows !== undefined && this.seen % this.parts.defects.swallows === 0)
        continue;
      try {
        this.see(Number(position), type ?? '');
      } catch (error) {
        this.parts.onViolation(error);
      }
    }
  }

  private see(position: number, type: string): void {
    must(
      position === this.position + 1,
      EVERY_POSITION,
      () => `${this.name} sees ${position} at ${this.node?.name} after ${this.position}`,
    );
    const [stored] = this.parts.topic.read(position - 1, position);
    must(
      stored !== undefined && type.endsWith(stored.type),
      EVERY_POSITION,
      () => `${position} is shown as ${type}`,
    );
    this.position = position;
  }
}
