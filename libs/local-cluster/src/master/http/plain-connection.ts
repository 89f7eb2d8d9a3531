import type { Socket } from 'node:net';
import { STATUS_CODES } from 'node:http';
import type { TurnShare } from './turn-share.js';

/** Answers calls of subscribed frameworks that need nothing of HTTP but their body. */
export interface PlainCalls {
  /** Whether they may be answered like this at the moment; otherwise the whole of HTTP looks at them. */
  readonly isReady: boolean;
  readonly path: string;
  readonly maxBytes: number;
  answer(body: string, streamId: string): { readonly status: number; readonly body: string };
}

/** What the head of a plain call says. */
interface PlainHead {
  readonly streamId: string;
  readonly length: number;
}

interface ConnectionSettings {
  readonly keepAliveMs: number;
  /** Of all connections of a master. */
  readonly share: TurnShare;
  /** Lets the HTTP server go on with the connection. */
  readonly handOver: (socket: Socket) => void;
}

const END_OF_HEAD = Buffer.from('\r\n\r\n');
const LONGEST_HEAD_BYTES = 16 * 1024;
/** Headers that mean something only HTTP proper knows of. */
const FOREIGN: ReadonlySet<string> = new Set([
  'transfer-encoding',
  'content-encoding',
  'expect',
  'upgrade',
  'authorization',
]);
/** Heads differ in the length of the body only, so few are ever parsed. */
const MOST_REMEMBERED = 1_000;
const SECOND_MS = 1_000;

/**
 * The beginning of a connection: as long as nothing but plain calls of subscribed frameworks come, they are read and
 * answered here, several at once where they come together; anything else, and everything after it, is handed over to
 * the HTTP server. An acknowledgement for each update is most of what a scheduler says, and parsing it as HTTP in
 * general costs more than to do what it asks for.
 */
export class PlainConnection {
  private static readonly heads = new Map<string, PlainHead | 'foreign'>();
  /** What is answered to nearly everything, until the date changes. */
  private static accepted = { text: '', untilMs: 0, keepAliveMs: 0 };

  private received: Buffer[] = [];
  private receivedBytes = 0;
  /** Bytes without which there is nothing to do. */
  private neededBytes = 0;
  private readonly onData = (chunk: Buffer): void => this.receive(chunk);

  private constructor(
    private readonly socket: Socket,
    private readonly calls: () => PlainCalls | undefined,
    private readonly settings: ConnectionSettings,
  ) {}

  /** Reads what comes over a new connection. */
  static begin(socket: Socket, calls: () => PlainCalls | undefined, settings: ConnectionSettings): void {
    const connection = new PlainConnection(socket, calls, settings);
    connection.listen();
  }

  private readonly onTimeout = (): void => void this.socket.destroy();
  private readonly onError = (): void => void this.socket.destroy();
  private readonly onEnd = (): void => void this.socket.end();

  private listen(): void {
    const { socket, settings } = this;
    socket.setNoDelay(true);
    socket.setTimeout(settings.keepAliveMs, this.onTimeout);
    socket.on('data', this.onData);
    socket.on('error', this.onError);
    socket.on('end', this.onEnd);
  }

  private receive(chunk: Buffer): void {
    this.received.push(chunk);
    this.receivedBytes += chunk.length;
    if (this.receivedBytes < this.neededBytes) return;
    const bytes = this.received.length === 1 ? chunk : Buffer.concat(this.received, this.receivedBytes);
    const { answers, isAscii, rest, isForeign } = this.work(bytes);
    if (answers !== '') this.socket.write(answers, isAscii ? 'latin1' : 'utf8');
    if (isForeign) {
      this.handOver(rest);
      return;
    }
    this.received = rest.length === 0 ? [] : [rest];
    this.receivedBytes = rest.length;
    this.settings.share.spend(this.socket, bytes.length - rest.length);
  }

  /** Answers every whole call. */
  private work(bytes: Buffer): { answers: string; isAscii: boolean; rest: Buffer; isForeign: boolean } {
    let answers = '';
    let isAscii = true;
    let at = 0;
    this.neededBytes = 0;
    while (at < bytes.length) {
      const end = bytes.indexOf(END_OF_HEAD, at);
      const isEndless = end < 0 ? bytes.length - at > LONGEST_HEAD_BYTES : end - at > LONGEST_HEAD_BYTES;
      const calls = this.calls();
      if (isEndless || calls?.isReady !== true)
        return { answers, isAscii, rest: bytes.subarray(at), isForeign: true };
      if (end < 0) break;
      const head = PlainConnection.headOf(bytes.toString('latin1', at, end), calls.path);
      if (head === 'foreign' || head.length > calls.maxBytes)
        return { answers, isAscii, rest: bytes.subarray(at), isForeign: true };
      const body = end + END_OF_HEAD.length;
      if (body + head.length > bytes.length) {
        this.neededBytes = body + head.length - at;
        break;
      }
      const answer = calls.answer(bytes.toString('utf8', body, body + head.length), head.streamId);
      if (answer.body !== '') isAscii = false;
      answers += PlainConnection.write(answer, this.settings.keepAliveMs);
      at = body + head.length;
    }
    return { answers, isAscii, rest: bytes.subarray(at), isForeign: false };
  }

  private handOver(rest: Buffer): void {
    const { socket, settings } = this;
    settings.share.leave(socket);
    socket.off('data', this.onData);
    socket.off('error', this.onError);
    socket.off('end', this.onEnd);
    socket.setTimeout(0);
    socket.off('timeout', this.onTimeout);
    socket.pause();
    this.received = [];
    if (rest.length > 0) socket.unshift(rest);
    settings.handOver(socket);
    process.nextTick(() => socket.resume());
  }

  private static headOf(text: string, path: string): PlainHead | 'foreign' {
    const known = PlainConnection.heads.get(text);
    if (known !== undefined) return known;
    const head = parseHead(text, path);
    if (PlainConnection.heads.size >= MOST_REMEMBERED) PlainConnection.heads.clear();
    PlainConnection.heads.set(text, head);
    return head;
  }

  /** In the form that Node's HTTP server gives an answer. */
  private static write(answer: { status: number; body: string }, keepAliveMs: number): string {
    const nowMs = Date.now();
    if (answer.status !== ACCEPTED.status || answer.body !== '') return inFull(answer, keepAliveMs, nowMs);
    const { accepted } = PlainConnection;
    if (nowMs < accepted.untilMs && keepAliveMs === accepted.keepAliveMs) return accepted.text;
    const text = inFull(ACCEPTED, keepAliveMs, nowMs);
    PlainConnection.accepted = { text, untilMs: endOfSecondMs(nowMs), keepAliveMs };
    return text;
  }
}

const ACCEPTED = { status: 202, body: '' } as const;

const endOfSecondMs = (nowMs: number): number => Math.floor(nowMs / SECOND_MS) * SECOND_MS + SECOND_MS;

function inFull(
  { status, body }: { status: number; body: string },
  keepAliveMs: number,
  nowMs: number,
): string {
  return (
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n` +
    (body === '' ? '' : 'Content-Type: text/plain; charset=utf-8\r\n') +
    `Content-Length: ${body === '' ? 0 : Buffer.byteLength(body)}\r\nDate: ${new Date(nowMs).toUTCString()}\r\n` +
    `Connection: keep-alive\r\nKeep-Alive: timeout=${keepAliveMs / SECOND_MS}\r\n\r\n${body}`
  );
}

function parseHead(text: string, path: string): PlainHead | 'foreign' {
  const [request, ...lines] = text.split('\r\n');
  if (request !== `POST ${path} HTTP/1.1`) return 'foreign';
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [, name = '', value = ''] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? [];
    const key = name.toLowerCase();
    if (name === '' || headers.has(key) || FOREIGN.has(key)) return 'foreign';
    if (key === 'connection' && value.toLowerCase() !== 'keep-alive') return 'foreign';
    headers.set(key, value);
  }
  const streamId = headers.get('mesos-stream-id');
  const length = headers.get('content-length') ?? '';
  const accept = headers.get('accept') ?? '*/*';
  const isPlain =
    headers.get('content-type') === 'application/json' &&
    headers.has('host') &&
    /^\d{1,10}$/.test(length) &&
    (accept === 'application/json' || accept === '*/*');
  return isPlain && streamId !== undefined ? { streamId, length: Number(length) } : 'foreign';
}
