import type { Clock } from '../runtime/clock.js';
import type { Random } from '../runtime/random.js';
import type { AgentToMasterMessage, MasterToAgentMessage } from './messages.js';

/** What one end of a link is told. Called one notification at a time, never from inside `send`. */
export interface LinkListener<In> {
  connected(): void;
  disconnected(): void;
  message(message: In): void;
}

/** One end of a link: what the agent, or the master, holds. */
export interface LinkEnd<Out, In> {
  /** Whether a message sent now has a chance to arrive. */
  readonly isConnected: boolean;
  /** Delivered later, in order, at most once; lost without notice while the link is down or partitioned. */
  send(message: Out): void;
  /** Takes over the notifications of this end; `connected` follows soon when the link is already up. */
  listen(listener: LinkListener<In>): void;
}

export type AgentLinkEnd = LinkEnd<AgentToMasterMessage, MasterToAgentMessage>;
export type MasterLinkEnd = LinkEnd<MasterToAgentMessage, AgentToMasterMessage>;

/** Which way messages vanish while both ends still believe in the connection (a network partition). */
export interface LinkPartition {
  readonly toAgent: boolean;
  readonly toMaster: boolean;
}

/** What happens to messages on their way, in both directions. */
export interface LinkFaults {
  /** Each message takes this much longer; their order stays. */
  readonly delayMs: number;
  /** Share of messages that vanish, from 0 to 1. */
  readonly loss: number;
  /** Share of messages that arrive twice. */
  readonly duplicate?: number;
  /** Share of messages that later ones may overtake. */
  readonly reorder?: number;
}

/** What faults are made with. */
export interface FaultSource {
  readonly clock: Clock;
  readonly random: Pick<Random, 'next'>;
}

/** Runs a delivery, which says how many notifications it handed over, in a later turn of the event loop. */
export type Defer = (deliver: () => number) => void;

/** How much later than the others an overtaken message arrives. */
const OVERTAKEN_MS = 20;

/** Most notifications handed over in one turn, so that a burst never keeps the event loop from its sockets. */
const BURST = 256;

/** What an end is told besides messages. */
type News = 'connected' | 'disconnected';

/** Ordered notifications towards one end: messages as they are, and news. */
class Mailbox<In extends object> {
  private queue: (In | News)[] = [];
  private listener: LinkListener<In> | undefined;
  private isScheduled = false;
  private readonly deliver = (): number => this.handOverBurst();

  constructor(private readonly defer: Defer) {}

  get length(): number {
    return this.queue.length;
  }

  post(notification: In | News): void {
    this.queue.push(notification);
    this.schedule();
  }

  /** What was on the wire when the connection broke never arrives. */
  loseMessages(): void {
    this.queue = this.queue.filter((notification) => typeof notification === 'string');
  }

  listen(listener: LinkListener<In>, isConnected: boolean): void {
    this.listener = listener;
    const messages = this.queue.filter((notification) => typeof notification !== 'string');
    this.queue = isConnected ? ['connected', ...messages] : messages;
    this.schedule();
  }

  private schedule(): void {
    if (this.isScheduled || this.listener === undefined || this.queue.length === 0) return;
    this.isScheduled = true;
    this.defer(this.deliver);
  }

  private handOverBurst(): number {
    this.isScheduled = false;
    let delivered = 0;
    while (delivered < BURST) {
      const burst = this.takeBurst(BURST - delivered);
      if (burst.length === 0) return delivered;
      for (const notification of burst) this.handOver(notification);
      delivered += burst.length;
    }
    this.schedule();
    return delivered;
  }

  private takeBurst(most: number): (In | News)[] {
    if (this.queue.length > most) return this.queue.splice(0, most);
    const all = this.queue;
    this.queue = [];
    return all;
  }

  private handOver(notification: In | News): void {
    if (typeof notification === 'string') this.listener?.[notification]();
    else this.listener?.message(notification);
  }
}

/**
 * Master↔agent connection inside one process (spec/local-cluster.md §7.0): ordered per direction, at most once,
 * asynchronous. It starts disconnected; whoever composes the cluster connects it.
 */
export class MemoryLink {
  /** Held by the agent. */
  readonly agentEnd: AgentLinkEnd;
  /** Held by the master. */
  readonly masterEnd: MasterLinkEnd;

  private readonly toAgent: Mailbox<MasterToAgentMessage>;
  private readonly toMaster: Mailbox<AgentToMasterMessage>;
  private isUp = false;
  private partitioned: LinkPartition = { toAgent: false, toMaster: false };
  private faults: (LinkFaults & FaultSource) | undefined;
  /** Delayed messages, oldest first. */
  private readonly underWay = new Set<() => void>();

  constructor(defer: Defer = setImmediate) {
    this.toAgent = new Mailbox(defer);
    this.toMaster = new Mailbox(defer);
    this.agentEnd = this.createEnd(this.toMaster, this.toAgent, () => this.partitioned.toMaster);
    this.masterEnd = this.createEnd(this.toAgent, this.toMaster, () => this.partitioned.toAgent);
  }

  connect(): void {
    if (this.isUp) return;
    this.isUp = true;
    this.toAgent.post('connected');
    this.toMaster.post('connected');
  }

  /** Breaks the connection: both ends are told, messages under way are lost. */
  disconnect(): void {
    if (!this.isUp) return;
    this.isUp = false;
    this.underWay.clear();
    this.toAgent.loseMessages();
    this.toMaster.loseMessages();
    this.toAgent.post('disconnected');
    this.toMaster.post('disconnected');
  }

  /** Drops messages silently in the given directions until called again with both `false`. */
  partition(partition: LinkPartition): void {
    this.partitioned = partition;
  }

  /** Whether messages vanish in some direction. */
  get partitionedDirections(): LinkPartition {
    return this.partitioned;
  }

  get isConnected(): boolean {
    return this.isUp;
  }

  /** Messages that neither end has taken yet, those under way included. */
  get queued(): number {
    return this.toAgent.length + this.toMaster.length + this.underWay.size;
  }

  /**
   * Delays and loses messages from now on; without faults they travel as ever. What is under way arrives at once,
   * so that nothing overtakes it.
   */
  disturb(faults: (LinkFaults & FaultSource) | undefined): void {
    for (const arrive of this.underWay) arrive();
    this.faults = faults;
  }

  private createEnd<Out extends object, In extends object>(
    out: Mailbox<Out>,
    into: Mailbox<In>,
    isCut: () => boolean,
  ): LinkEnd<Out, In> {
    const isUp = (): boolean => this.isUp;
    return {
      get isConnected() {
        return isUp();
      },
      send: (message) => {
        if (!this.isUp || isCut()) return;
        if (this.faults === undefined) out.post(message);
        else this.carry(this.faults, () => out.post(message));
      },
      listen: (listener) => into.listen(listener, this.isUp),
    };
  }

  private carry(faults: LinkFaults & FaultSource, deliver: () => void): void {
    const { underWay } = this;
    const { random, clock, loss, duplicate = 0, reorder = 0, delayMs } = faults;
    if (happens(random, loss)) return;
    const copies = happens(random, duplicate) ? 2 : 1;
    const extraMs = happens(random, reorder) ? OVERTAKEN_MS : 0;
    for (let copy = 0; copy < copies; copy += 1) {
      const arrive = (): void => {
        if (underWay.delete(arrive)) deliver();
      };
      underWay.add(arrive);
      // Timers of the same length ring in order.
      clock.schedule(delayMs + extraMs, arrive);
    }
  }
}

/** Draws only for what may happen, so that faults that are off change nothing of the others. */
function happens(random: FaultSource['random'], share: number): boolean {
  return share > 0 && random.next() < share;
}
