import { get, type ClientRequest, type IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/** Silence after which the follower connects again; short, so that connections that were cut unseen cost little. */
const SILENCE_MS = 3_000;

const RECONNECT_PAUSE_MS = 100;

const FRAME_END = '\r\n\r\n';

/**
 * A subscriber of `/ekiden/v1/stream` that resumes with `Last-Event-ID` after every cut. Knows the id of the event at each
 * position, and everything that was wrong with their order.
 */
export class StreamFollower {
  /** Ids of events; the first one is that of position 1. */
  readonly ids: string[] = [];
  readonly faults: string[] = [];
  /** Connections that it took so far. */
  connections = 0;
  private request: ClientRequest | undefined;
  private readonly following: Promise<void>;
  private isWanted = true;

  /** @param urls of the nodes, asked in turn */
  constructor(private readonly urls: readonly string[]) {
    this.following = this.follow();
  }

  /** The last position seen. */
  get position(): number {
    return this.ids.length;
  }

  async dispose(): Promise<void> {
    this.isWanted = false;
    this.request?.destroy();
    await this.following;
  }

  private async follow(): Promise<void> {
    while (this.isWanted) {
      await this.connection(this.urls[this.connections % this.urls.length]!);
      this.connections += 1;
      await delay(RECONNECT_PAUSE_MS);
    }
  }

  /** One connection, until it ends or falls silent. */
  private connection(url: string): Promise<void> {
    return new Promise((resolve) => {
      const headers = { accept: 'text/event-stream', 'last-event-id': String(this.position) };
      const request = get(`${url}/ekiden/v1/stream`, { headers, agent: false, timeout: SILENCE_MS });
      this.request = request;
      request.on('timeout', () => request.destroy());
      request.on('error', () => resolve());
      request.on('response', (response) => this.read(response, resolve));
    });
  }

  private read(response: IncomingMessage, done: () => void): void {
    let rest = '';
    response.setEncoding('utf8').on('data', (text: string) => {
      rest += text;
      for (let end = rest.indexOf(FRAME_END); end >= 0; end = rest.indexOf(FRAME_END)) {
        this.take(rest.slice(0, end));
        rest = rest.slice(end + FRAME_END.length);
      }
    });
    response.on('error', done).on('close', done);
  }

  private take(frame: string): void {
    const data = frame.split('\r\n').find((line) => line.startsWith('data: '));
    if (data === undefined) return;
    const { id, position } = JSON.parse(data.slice('data: '.length)) as { id: string; position: number };
    if (position === this.position + 1) this.ids.push(id);
    else this.faults.push(`position ${position} came after ${this.position}`);
  }
}
