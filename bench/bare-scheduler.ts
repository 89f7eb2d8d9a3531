import { request, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { RecordDecoder, type Event, type Offer, type TaskInfo } from '#mesos';

/** What a bare scheduler does with the events that come. */
export interface BareListener {
  event(event: Event, bytes: number): void;
}

const PATH = '/api/v1/scheduler';
const END_OF_HEAD = Buffer.from('\r\n\r\n');

/**
 * A framework that does nothing but speak: one subscription, and calls over a few connections with several of them on
 * their way at once. It costs as little as a client in Node can, so that what is measured is the other side.
 */
export class BareScheduler {
  frameworkId = '';
  /** Calls that were not answered 202, with their answers. */
  readonly refusals: string[] = [];
  private streamId = '';
  private readonly lanes: Lane[];
  private response: IncomingMessage | undefined;
  private nextLane = 0;

  constructor(
    private readonly url: URL,
    private readonly listener: BareListener,
    { connections, depth }: { readonly connections: number; readonly depth: number },
  ) {
    const onRefusal = (answer: string): void => void this.refusals.push(answer);
    this.lanes = Array.from({ length: connections }, () => new Lane(url, depth, onRefusal));
  }

  /** Resolves with the first event. */
  subscribe(): Promise<void> {
    const info = {
      user: 'root',
      name: 'bare',
      roles: ['*'],
      failover_timeout: 3600,
      checkpoint: true,
      capabilities: ['PARTITION_AWARE', 'MULTI_ROLE', 'TASK_KILLING_STATE', 'RESERVATION_REFINEMENT'].map(
        (type) => ({
          type,
        }),
      ),
    };
    const body = JSON.stringify({ type: 'SUBSCRIBE', subscribe: { framework_info: info } });
    return new Promise((resolve, reject) => {
      const headers = { 'Content-Type': 'application/json', Accept: 'application/json' };
      const outgoing = request(
        new URL(PATH, this.url),
        { method: 'POST', headers, agent: false },
        (response) => {
          this.response = response;
          this.streamId = String(response.headers['mesos-stream-id']);
          const decoder = new RecordDecoder();
          response.on('data', (chunk: Buffer) => {
            for (const record of decoder.push(chunk).records) {
              const event = JSON.parse(record.toString('utf8')) as Event;
              if (event.type === 'SUBSCRIBED') {
                this.frameworkId = event.subscribed.framework_id.value;
                resolve();
              }
              this.listener.event(event, record.length);
            }
          });
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  /** Calls that have not been answered. */
  get underWay(): number {
    return this.lanes.reduce((sum, lane) => sum + lane.length, 0);
  }

  call(type: string, body: object): void {
    const text = JSON.stringify({ type, framework_id: { value: this.frameworkId }, ...body });
    this.nextLane = (this.nextLane + 1) % this.lanes.length;
    this.lanes[this.nextLane]!.push(text, this.streamId);
  }

  /** Launches tasks on an offer; what is left of it comes back at once. */
  launch(offer: Offer, tasks: readonly TaskInfo[], refuseSeconds: number): void {
    this.call('ACCEPT', {
      accept: {
        offer_ids: [offer.id],
        operations: [{ type: 'LAUNCH', launch: { task_infos: tasks } }],
        filters: { refuse_seconds: refuseSeconds },
      },
    });
  }

  acknowledge(status: { task_id: unknown; agent_id?: unknown; uuid?: unknown }): void {
    const { agent_id, task_id, uuid } = status;
    this.call('ACKNOWLEDGE', { acknowledge: { agent_id, task_id, uuid } });
  }

  close(): void {
    this.response?.destroy();
    for (const lane of this.lanes) lane.close();
  }
}

/** One connection for calls. */
class Lane {
  private readonly socket: Socket;
  private waiting: string[] = [];
  private open = 0;
  private isWriting = false;
  private received: Buffer = Buffer.alloc(0);

  constructor(
    private readonly url: URL,
    private readonly depth: number,
    private readonly onRefusal: (answer: string) => void,
  ) {
    this.socket = connect(Number(url.port), url.hostname);
    this.socket.setNoDelay(true);
    this.socket.on('data', (chunk) => this.receive(chunk));
  }

  get length(): number {
    return this.open + this.waiting.length;
  }

  push(body: string, streamId: string): void {
    this.waiting.push(
      `POST ${PATH} HTTP/1.1\r\nHost: ${this.url.host}\r\nContent-Type: application/json\r\nAccept: application/json\r\n` +
        `Mesos-Stream-Id: ${streamId}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
    this.schedule();
  }

  close(): void {
    this.socket.destroy();
  }

  private schedule(): void {
    if (this.isWriting) return;
    this.isWriting = true;
    process.nextTick(() => {
      this.isWriting = false;
      const calls = this.waiting.splice(0, Math.max(0, this.depth - this.open));
      this.open += calls.length;
      if (calls.length > 0) this.socket.write(calls.join(''));
    });
  }

  private receive(chunk: Buffer): void {
    this.received = this.received.length === 0 ? chunk : Buffer.concat([this.received, chunk]);
    for (let end = this.received.indexOf(END_OF_HEAD); end >= 0; end = this.received.indexOf(END_OF_HEAD)) {
      const head = this.received.toString('latin1', 0, end);
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
      const total = end + END_OF_HEAD.length + length;
      if (this.received.length < total) return;
      if (!head.startsWith('HTTP/1.1 202')) this.onRefusal(this.received.toString('utf8', 0, total));
      this.received = this.received.subarray(total);
      this.open -= 1;
    }
    this.schedule();
  }
}
