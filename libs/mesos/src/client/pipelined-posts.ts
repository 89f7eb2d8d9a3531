import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { AnswerParser, type ParsedAnswer } from './answer-parser.js';

export interface PipelinedPostsOptions {
  readonly origin: URL;
  readonly path: string;
  readonly connectTimeoutMs: number;
  /** From the sending of a request to its answer. */
  readonly answerTimeoutMs: number;
}

type Headers = Readonly<Record<string, string>>;

/** Takes the answer, or an error when it is not known whether the request arrived. */
type Settle = (answer: ParsedAnswer | Error) => void;

interface Request {
  readonly headers: Headers;
  readonly body: string;
  readonly settle: Settle;
  /** It was sent before, on a connection that broke without a single answer. */
  readonly isRepeated: boolean;
  readonly sentAtMs: number;
}

/** How often it is looked whether answers are overdue. */
const LOOK_INTERVAL_MS = 1000;

/**
 * Sends many small requests over one connection without waiting for the answers in between, all of a turn of the event loop
 * in one write. For requests that do no harm when they are sent twice: when the connection breaks, those without an answer
 * are sent again over a new one; when a connection brings no answer at all, once.
 *
 * It does what a general client does at a sixth of its price per request (docs/performance.md): two acknowledgements
 * belong to every task that starts.
 */
export class PipelinedPosts {
  readonly #options: PipelinedPostsOptions;
  #connection: Connection | undefined;
  #isClosed = false;

  constructor(options: PipelinedPostsOptions) {
    this.#options = options;
  }

  /** `settle` is called once, and later. */
  send(headers: Headers, body: string, settle: Settle): void {
    this.#send({ headers, body, settle, isRepeated: false, sentAtMs: performance.now() });
  }

  /** Ends the connection, and with it what is under way. */
  close(): void {
    this.#isClosed = true;
    this.#connection?.end(new Error('the connection was closed'));
  }

  #send(request: Request): void {
    if (this.#isClosed) {
      setImmediate(request.settle, new Error('the connection was closed'));
      return;
    }
    if (this.#connection === undefined || this.#connection.isOver) {
      this.#connection = new Connection(this.#options, (lost, reason, hasAnswered) =>
        this.#repeat(lost, reason, hasAnswered),
      );
    }
    this.#connection.send(request);
  }

  /** Whoever ends a connection behind an answer has nothing against the requests behind it: each connection gets further. */
  #repeat(lost: readonly Request[], reason: Error, hasAnswered: boolean): void {
    for (const request of lost) {
      if (this.#isClosed || (request.isRepeated && !hasAnswered)) {
        request.settle(reason);
      } else {
        this.#send({ ...request, isRepeated: !hasAnswered, sentAtMs: performance.now() });
      }
    }
  }
}

/** One connection, from its opening to its end. */
class Connection {
  readonly #socket: Socket;
  readonly #parser = new AnswerParser();
  readonly #answerTimeoutMs: number;
  readonly #look: NodeJS.Timeout;
  /** The first lines of every request. */
  readonly #head: string;
  /** Requests without an answer, oldest first; those before `#answered` have theirs. */
  #waiting: Request[] = [];
  #answered = 0;
  #unsent: string[] = [];
  #headers: { of: Headers; text: string } | undefined;
  readonly #onEnd: (lost: readonly Request[], reason: Error, hasAnswered: boolean) => void;
  #hasAnswered = false;
  isOver = false;

  /** `onEnd`: told which requests got no answer, why, and whether any request got one. */
  constructor(
    { origin, path, connectTimeoutMs, answerTimeoutMs }: PipelinedPostsOptions,
    onEnd: (lost: readonly Request[], reason: Error, hasAnswered: boolean) => void,
  ) {
    this.#onEnd = onEnd;
    this.#head = `POST ${path} HTTP/1.1\r\nHost: ${origin.host}\r\n`;
    this.#answerTimeoutMs = answerTimeoutMs;
    this.#socket = open(origin, connectTimeoutMs);
    this.#socket.on('data', (chunk: Buffer) => this.#received(this.#parser.take(chunk)));
    this.#socket.on('end', () => this.#received(this.#parser.end()));
    this.#socket.on('error', (error) => this.end(error));
    this.#socket.on('close', () => this.end(new Error('the connection was closed by the master')));
    this.#look = setInterval(() => this.#endIfOverdue(), LOOK_INTERVAL_MS).unref();
  }

  send(request: Request): void {
    const { headers, body } = request;
    this.#waiting.push(request);
    if (this.#unsent.length === 0) {
      setImmediate(() => this.#flush());
    }
    this.#unsent.push(
      `${this.#headersText(headers)}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  }

  end(reason: Error): void {
    if (this.isOver) {
      return;
    }
    this.isOver = true;
    clearInterval(this.#look);
    this.#socket.destroy();
    this.#onEnd(this.#waiting.slice(this.#answered), reason, this.#hasAnswered);
  }

  #flush(): void {
    if (!this.isOver) {
      this.#socket.write(this.#unsent.join(''));
    }
    this.#unsent = [];
  }

  /** They are the same nearly always. */
  #headersText(headers: Headers): string {
    if (this.#headers?.of !== headers) {
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
      this.#headers = { of: headers, text: this.#head + lines.join('') };
    }
    return this.#headers.text;
  }

  #received(answers: Iterable<ParsedAnswer>): void {
    const iterator = answers[Symbol.iterator]();
    for (let answer = this.#next(iterator); answer !== undefined; answer = this.#next(iterator)) {
      const request = this.#waiting[this.#answered];
      if (request === undefined) {
        return this.end(new Error('an answer came that nobody had asked for'));
      }
      this.#answered += 1;
      this.#hasAnswered = true;
      request.settle(answer);
      if (answer.isLast) {
        return this.end(new Error('the master ended the connection'));
      }
    }
    this.#forgetAnswered();
  }

  /** Nothing once the connection is over: whoever was told an answer may have closed it. */
  #next(answers: Iterator<ParsedAnswer>): ParsedAnswer | undefined {
    if (this.isOver) {
      return undefined;
    }
    try {
      const { done, value } = answers.next();
      return done === true ? undefined : value;
    } catch (error) {
      this.end(error as Error);
      return undefined;
    }
  }

  #forgetAnswered(): void {
    if (this.#answered * 2 > this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#answered);
      this.#answered = 0;
    }
  }

  #endIfOverdue(): void {
    const oldest = this.#waiting[this.#answered];
    if (oldest !== undefined && performance.now() - oldest.sentAtMs > this.#answerTimeoutMs) {
      this.end(new Error(`no answer within ${this.#answerTimeoutMs} ms`));
    }
  }
}

function open(origin: URL, connectTimeoutMs: number): Socket {
  const host = origin.hostname.replace(/^\[(.*)\]$/u, '$1');
  const isSecure = origin.protocol === 'https:';
  const port = Number(origin.port) || (isSecure ? 443 : 80);
  const socket = isSecure
    ? connectTls({ host, port, ALPNProtocols: ['http/1.1'], ...(isName(host) ? { servername: host } : {}) })
    : connectPlain({ host, port });
  socket.setNoDelay(true);
  socket.setTimeout(connectTimeoutMs, () =>
    socket.destroy(new Error(`no connection within ${connectTimeoutMs} ms`)),
  );
  socket.once(isSecure ? 'secureConnect' : 'connect', () => socket.setTimeout(0));
  return socket;
}

/** Addresses are not sent as the name of the server. */
const isName = (host: string): boolean => !/^[\d.]+$|:/u.test(host);
