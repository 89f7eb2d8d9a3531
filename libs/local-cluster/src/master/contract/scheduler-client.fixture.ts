import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { RecordDecoder, type Call, type Event, type Offer } from '#mesos';
import { until } from '../master-harness.fixture.js';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** One request of any kind. */
export function send(
  url: string,
  options: { method?: string; headers?: Record<string, string>; body?: string | Buffer } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      { method: options.method ?? 'GET', headers: options.headers ?? {} },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode!,
            headers: response.headers,
            body: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(options.body);
  });
}

/** A bare framework over HTTP: one stream, calls beside it, no behaviour of its own. */
export class SchedulerClient {
  readonly events: Event[] = [];
  frameworkId = '';
  streamId = '';
  headers: IncomingMessage['headers'] = {};
  isEnded = false;
  private outgoing: ClientRequest | undefined;

  constructor(private readonly url: string) {}

  /** Ends when the answer's headers are there. */
  async subscribe(call: object): Promise<void> {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      this.outgoing = request(
        `${this.url}/api/v1/scheduler`,
        {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
          agent: false,
        },
        resolve,
      );
      this.outgoing.on('error', reject);
      this.outgoing.end(JSON.stringify({ type: 'SUBSCRIBE', ...call }));
    });
    this.headers = response.headers;
    this.streamId = String(response.headers['mesos-stream-id']);
    const decoder = new RecordDecoder();
    response.on('data', (chunk: Buffer) => {
      for (const record of decoder.push(chunk).records)
        this.receive(JSON.parse(record.toString('utf8')) as Event);
    });
    response.on('error', () => (this.isEnded = true));
    response.on('close', () => (this.isEnded = true));
  }

  /** Makes a call on the current stream. */
  call(body: { type: Call['type'] } & Record<string, unknown>, streamId = this.streamId): Promise<Answer> {
    return send(`${this.url}/api/v1/scheduler`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Mesos-Stream-Id': streamId },
      body: JSON.stringify({ framework_id: { value: this.frameworkId }, ...body }),
    });
  }

  async offer(): Promise<Offer> {
    let found: Offer | undefined;
    const answered = new Set(
      this.events.flatMap((event) => (event.type === 'RESCIND' ? [event.rescind.offer_id.value] : [])),
    );
    await until(() => {
      const offers = this.events.flatMap((event) =>
        event.type === 'OFFERS' ? (event.offers.offers ?? []) : [],
      );
      found = offers.findLast((offer) => !this.used.has(offer.id.value) && !answered.has(offer.id.value));
      return found !== undefined;
    });
    this.used.add(found!.id.value);
    return found!;
  }

  disconnect(): void {
    this.outgoing?.destroy();
  }

  private readonly used = new Set<string>();

  private receive(event: Event): void {
    this.events.push(event);
    if (event.type === 'SUBSCRIBED') this.frameworkId = event.subscribed.framework_id.value;
  }
}
