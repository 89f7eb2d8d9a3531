import { get, type ClientRequest, type IncomingMessage } from 'node:http';
import { eventually } from './eventually.js';

export interface Frame {
  /** Position in the log; only the last of the frames that one position brings carries it. */
  readonly id: number | undefined;
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface StreamOptions {
  readonly lastEventId?: number;
  /** Query string with its question mark. */
  readonly query?: string;
}

const FRAME_END = '\r\n\r\n';

/** A subscriber of `/v2/events`: keeps the frames in the order in which they came. */
export class EventStream {
  readonly frames: Frame[] = [];
  readonly ended: Promise<void>;
  private rest = '';

  private constructor(
    private readonly request: ClientRequest,
    readonly response: IncomingMessage,
  ) {
    response.setEncoding('utf8').on('data', (text: string) => this.read(text));
    this.ended = new Promise((resolve) => {
      response.once('close', () => resolve());
    });
    // A stream that is cut is an end like any other here: the server may be killed on purpose.
    response.on('error', () => undefined);
  }

  static open(url: string, { lastEventId, query = '' }: StreamOptions = {}): Promise<EventStream> {
    const resume = lastEventId === undefined ? {} : { 'last-event-id': String(lastEventId) };
    return new Promise((resolve, reject) => {
      const headers = { accept: 'text/event-stream', ...resume };
      const request = get(`${url}/v2/events${query}`, { headers, agent: false });
      request.on('error', reject);
      request.once('response', (response) => resolve(new EventStream(request, response)));
    });
  }

  /**
   * Frames that stand for facts on the log, up to the last position that came whole: what a client that resumes
   * has seen. Events about connections are live only.
   */
  get recorded(): Frame[] {
    const last = this.frames.findLastIndex(({ id }) => id !== undefined);
    return this.frames.slice(0, last + 1).filter(({ event }) => !event.startsWith('event_stream_'));
  }

  /** Last position seen; what a browser would send as `Last-Event-ID`. */
  get lastId(): number {
    return this.frames.findLast(({ id }) => id !== undefined)?.id ?? 0;
  }

  ofType(event: string): Frame[] {
    return this.frames.filter((frame) => frame.event === event);
  }

  /** Waits for the first frame that fits. */
  waitFor(what: string, fits: (frame: Frame) => boolean): Promise<Frame> {
    return eventually(() => this.frames.find(fits), { what: `an event: ${what}` });
  }

  async close(): Promise<void> {
    this.request.destroy();
    await this.ended;
  }

  private read(text: string): void {
    this.rest += text;
    for (let end = this.rest.indexOf(FRAME_END); end >= 0; end = this.rest.indexOf(FRAME_END)) {
      const lines = this.rest.slice(0, end).split('\r\n');
      this.rest = this.rest.slice(end + FRAME_END.length);
      const field = (name: string): string | undefined =>
        lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
      const id = field('id');
      this.frames.push({
        id: id === undefined ? undefined : Number(id),
        event: field('event') ?? '',
        data: JSON.parse(field('data') ?? '{}') as Record<string, unknown>,
      });
    }
  }
}
