import { connect, type Socket } from 'node:net';
import { LineReader, LineWriter } from './lines.js';
import type {
  ContainerSpec,
  ContainerUsage,
  NumberedEvent,
  SupervisorMessage,
  SupervisorRequest,
} from './protocol.js';

/** What the owner of a connection is told. */
export interface SupervisorListener {
  notification(containerId: string, event: NumberedEvent): void;
  /** The connection broke; nothing more comes. */
  closed(): void;
}

/** Who talks to the supervisor. */
export interface AgentIdentity {
  readonly agentId: string;
  readonly bootId: string;
}

type Message<Type> = Extract<SupervisorMessage, { type: Type }>;

/** Longest wait for an answer that only needs the supervisor's attention. */
const answerTimeoutMs = 5_000;

/** The agent's end of a connection to one supervisor. */
export class SupervisorClient {
  private readonly writer: LineWriter;
  private readonly usageAnswers = new Map<number, (containers: readonly ContainerUsage[]) => void>();
  private lastUsageId = 0;
  /** Notifications that came before the owner was ready for them. */
  private held: Message<'notification'>[] | undefined = [];
  private onWelcome: ((welcome: Message<'welcome'>) => void) | undefined;

  private constructor(
    private readonly socket: Socket,
    private readonly listener: SupervisorListener,
  ) {
    this.writer = new LineWriter(socket);
    const reader = new LineReader((record) => this.receive(record as SupervisorMessage));
    socket.on('data', (chunk) => reader.push(chunk));
  }

  /**
   * Connects and says hello. Resolves with the ids of the containers the supervisor holds; notifications that were
   * never acknowledged follow through the listener after `resume`. Rejects when there is no answer within `timeoutMs`.
   */
  static async connect(
    socketPath: string,
    identity: AgentIdentity,
    listener: SupervisorListener,
    timeoutMs: number,
  ): Promise<{ client: SupervisorClient; containers: readonly string[] }> {
    const socket = connect(socketPath);
    const client = new SupervisorClient(socket, listener);
    const welcome = await new Promise<Message<'welcome'>>((resolve, reject) => {
      const fail = (error: Error): void => {
        clearTimeout(timer);
        socket.destroy();
        reject(error);
      };
      const timer = setTimeout(() => fail(new Error(`no answer from ${socketPath}`)), timeoutMs);
      socket.once('error', fail);
      client.onWelcome = (message) => {
        clearTimeout(timer);
        socket.off('error', fail);
        resolve(message);
      };
      client.send({ type: 'hello', agent: identity.agentId, boot: identity.bootId });
    });
    // A broken connection shows as `close`; the error before it adds nothing.
    socket.on('error', () => undefined);
    socket.on('close', () => client.ended());
    return { client, containers: welcome.containers };
  }

  /** Lets notifications through to the listener. */
  resume(): void {
    const held = this.held ?? [];
    this.held = undefined;
    for (const message of held) this.receive(message);
  }

  launch(spec: ContainerSpec): void {
    this.send({ type: 'launch', spec });
  }

  kill(container: string, graceMs: number): void {
    this.send({ type: 'kill', container, graceMs });
  }

  destroy(container: string): void {
    this.send({ type: 'destroy', container });
  }

  acknowledge(container: string, seq: number): void {
    this.send({ type: 'ack', container, seq });
  }

  /** Usage of all running containers; empty when the supervisor does not answer in time. */
  usage(): Promise<readonly ContainerUsage[]> {
    this.lastUsageId += 1;
    const id = this.lastUsageId;
    return new Promise((resolve) => {
      const answer = (containers: readonly ContainerUsage[]): void => {
        clearTimeout(timer);
        this.usageAnswers.delete(id);
        resolve(containers);
      };
      const timer = setTimeout(() => answer([]), answerTimeoutMs);
      this.usageAnswers.set(id, answer);
      this.send({ type: 'usage', id });
    });
  }

  /** The supervisor leaves once it holds no container. */
  stop(): void {
    this.send({ type: 'stop' });
  }

  /** Leaves the supervisor and its containers to themselves. The listener is not told. */
  close(): void {
    this.socket.removeAllListeners('close');
    this.answerAll();
    this.writer.flush();
    this.socket.destroySoon();
  }

  private send(request: SupervisorRequest): void {
    this.writer.write(request);
  }

  private receive(message: SupervisorMessage): void {
    switch (message.type) {
      case 'welcome':
        this.onWelcome?.(message);
        return;
      case 'notification':
        if (this.held !== undefined) this.held.push(message);
        else this.listener.notification(message.container, { seq: message.seq, event: message.event });
        return;
      case 'usage':
        this.usageAnswers.get(message.id)?.(message.containers);
    }
  }

  private ended(): void {
    this.answerAll();
    this.listener.closed();
  }

  private answerAll(): void {
    for (const answer of this.usageAnswers.values()) answer([]);
  }
}
