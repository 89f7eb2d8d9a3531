import { createServer, type Server } from 'node:http';
import { freePort } from './site.js';

/** One request of a webhook as it came. */
export interface Received {
  readonly path: string;
  readonly position: number;
  /** Place among the requests of this event. */
  readonly index: number;
  readonly webhook: string;
  readonly signature: string;
  readonly body: string;
  readonly event: Readonly<Record<string, unknown>>;
}

/** A receiver that can be down and up again on the same port. */
export class WebhookReceiver {
  readonly received: Received[] = [];
  /** The status of the answer; nothing: none is ever given. Only what is answered with 2xx counts as received. */
  answer: (received: Received) => number | undefined = () => 204;
  private server: Server | undefined;

  private constructor(private readonly port: number) {}

  static async start(): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver(await freePort());
    await receiver.up();
    return receiver;
  }

  /** An address of this receiver; what arrives there can be told apart by its path. */
  url(path = '/hook'): string {
    return `http://127.0.0.1:${this.port}${path}`;
  }

  async up(): Promise<void> {
    const server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      request.on('end', () => {
        const header = (name: string): string => String(request.headers[name] ?? '');
        const received = {
          path: request.url ?? '',
          position: Number(header('x-event-id')),
          index: Number(header('x-event-index')),
          webhook: header('x-ekiden-webhook'),
          signature: header('x-ekiden-signature'),
          body,
          event: JSON.parse(body) as Record<string, unknown>,
        };
        const status = this.answer(received);
        if (status === undefined) return;
        if (status < 300) this.received.push(received);
        response.writeHead(status).end();
      });
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.port, '127.0.0.1', resolve);
    });
    this.server = server;
  }

  async down(): Promise<void> {
    const { server } = this;
    if (server === undefined) return;
    this.server = undefined;
    server.closeAllConnections();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  }

  at(path: string): Received[] {
    return this.received.filter((one) => one.path === path);
  }
}

/** First arrivals, repeats left out, as they came. */
export function firstArrivals(received: readonly Received[]): Received[] {
  const seen = new Set<string>();
  return received.filter(({ position, index }) => {
    const key = `${position}.${index}`;
    const isFirst = !seen.has(key);
    seen.add(key);
    return isFirst;
  });
}
