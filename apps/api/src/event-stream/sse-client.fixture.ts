import { get, type ClientRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';

export interface ReceivedFrame {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Reads an event stream and keeps every byte of it. */
export class SseClient {
  text = '';
  /** How the stream ended: by the server's will, or broken off. */
  readonly ended: Promise<'complete' | 'aborted'>;
  private changed: () => void = () => undefined;

  private constructor(
    private readonly request: ClientRequest,
    private readonly response: IncomingMessage,
  ) {
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      this.text += chunk;
      this.changed();
    });
    this.ended = new Promise((resolve) => {
      response.once('close', () => resolve(response.complete ? 'complete' : 'aborted'));
    });
    response.on('error', () => undefined);
  }

  static open(url: string, headers: Record<string, string>): Promise<SseClient> {
    return new Promise((resolve, reject) => {
      const request = get(url, { headers: { accept: 'text/event-stream', ...headers }, agent: false });
      request.on('error', reject);
      request.once('response', (response) => resolve(new SseClient(request, response)));
    });
  }

  get status(): number | undefined {
    return this.response.statusCode;
  }

  get headers(): IncomingHttpHeaders {
    return this.response.headers;
  }

  /** The frames received, once there are at least `count`; fails with the test's time-out otherwise. */
  async frames(count: number): Promise<ReceivedFrame[]> {
    for (;;) {
      const frames = this.parse();
      if (frames.length >= count) return frames;
      await new Promise<void>((resolve) => {
        this.changed = resolve;
      });
    }
  }

  close(): void {
    this.request.destroy();
  }

  private parse(): ReceivedFrame[] {
    const complete = this.text.slice(0, this.text.lastIndexOf('\r\n\r\n'));
    return complete
      .split('\r\n\r\n')
      .filter((block) => block.trim() !== '')
      .map((block) => {
        const line = (name: string) =>
          block
            .split('\r\n')
            .find((text) => text.startsWith(`${name}: `))
            ?.slice(name.length + 2);
        return {
          event: line('event') ?? '',
          id: line('id'),
          data: JSON.parse(line('data') ?? '{}') as Record<string, unknown>,
        };
      });
  }
}
