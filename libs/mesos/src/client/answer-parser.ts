/** An answer read from a connection. */
export interface ParsedAnswer {
  readonly status: number;
  /** In lower case; of a header that comes twice the last value. */
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
  /** The server will say nothing more on this connection. */
  readonly isLast: boolean;
}

const END_OF_HEAD = Buffer.from('\r\n\r\n');
const END_OF_LINE = Buffer.from('\r\n');
const STATUS_LINE = /^HTTP\/1\.([01]) (\d{3})/u;
const CHUNK_SIZE = /^([0-9a-f]{1,7})(?:;.*)?$/iu;

/** What a head or a body may take: answers to calls are short. */
const MAX_BYTES = 1 << 20;

type Headers = ReadonlyMap<string, string>;

/** A body as far as it is there, and where it ends. */
interface Body {
  readonly text: string;
  readonly end: number;
}

const NOTHING = Buffer.alloc(0);

/**
 * Takes the bytes of one connection and gives the HTTP answers in them, in their order. Throws behind the last of them when
 * what follows is none: nothing can be understood from there on.
 */
export class AnswerParser {
  #bytes: Buffer = NOTHING;
  #hasEnded = false;
  /** The last answer that was all head: most are like the one before, byte for byte. */
  #former: { readonly head: Buffer; readonly answer: ParsedAnswer } | undefined;

  /** The answers that are complete now. */
  *take(chunk: Buffer): Iterable<ParsedAnswer> {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    let from = 0;
    for (;;) {
      const parsed = this.#parse(from);
      if (parsed === undefined) {
        break;
      }
      from = parsed.end;
      // What is said in between is no answer.
      if (parsed.answer.status >= 200) {
        yield parsed.answer;
      }
    }
    this.#bytes = from < this.#bytes.length ? this.#bytes.subarray(from) : NOTHING;
    if (this.#bytes.length > MAX_BYTES) {
      throw new Error('an answer is too long');
    }
  }

  /** Nothing more will come, which is where an answer ends that did not say how long it is. */
  end(): Iterable<ParsedAnswer> {
    this.#hasEnded = true;
    return this.take(NOTHING);
  }

  #parse(from: number): { answer: ParsedAnswer; end: number } | undefined {
    const endOfHead = this.#bytes.indexOf(END_OF_HEAD, from);
    if (endOfHead < 0) {
      return undefined;
    }
    const bodyStart = endOfHead + END_OF_HEAD.length;
    const former = this.#former;
    if (former !== undefined && this.#isAt(from, bodyStart, former.head)) {
      return { answer: former.answer, end: bodyStart };
    }
    const [statusLine = '', ...lines] = this.#bytes.toString('latin1', from, endOfHead).split('\r\n');
    const [, minor, code] = STATUS_LINE.exec(statusLine) ?? [];
    if (code === undefined) {
      throw new Error('what came is not an HTTP answer');
    }
    const headers = headersOf(lines);
    const status = Number(code);
    const body = this.#body(headers, status, bodyStart);
    if (body === undefined) {
      return undefined;
    }
    const connection = headers.get('connection')?.toLowerCase() ?? '';
    const isLast =
      this.#hasEnded || connection.includes('close') || (minor === '0' && !connection.includes('keep-alive'));
    const answer = { status, headers, text: body.text, isLast };
    // Copied: a slice would hold all that came with it.
    if (body.end === bodyStart && !isLast)
      this.#former = { head: Buffer.from(this.#bytes.subarray(from, bodyStart)), answer };
    return { answer, end: body.end };
  }

  #isAt(from: number, to: number, head: Buffer): boolean {
    return head.length === to - from && this.#bytes.compare(head, 0, head.length, from, to) === 0;
  }

  #body(headers: Headers, status: number, from: number): Body | undefined {
    if (status < 200 || status === 204 || status === 304) {
      return { text: '', end: from };
    }
    if (headers.get('transfer-encoding')?.toLowerCase() === 'chunked') {
      return this.#chunks(from);
    }
    const announced = headers.get('content-length');
    if (announced === undefined) {
      const end = this.#bytes.length;
      return this.#hasEnded ? { text: this.#bytes.toString('utf8', from), end } : undefined;
    }
    if (!/^\d{1,7}$/u.test(announced)) {
      throw new Error('an answer does not say how long it is');
    }
    const end = from + Number(announced);
    return end > this.#bytes.length ? undefined : { text: this.#bytes.toString('utf8', from, end), end };
  }

  #chunks(from: number): Body | undefined {
    const parts: Buffer[] = [];
    for (let start = from; ;) {
      const endOfSize = this.#bytes.indexOf(END_OF_LINE, start);
      if (endOfSize < 0) {
        return undefined;
      }
      const size = CHUNK_SIZE.exec(this.#bytes.toString('latin1', start, endOfSize))?.[1];
      if (size === undefined) {
        throw new Error('a part of an answer does not say how long it is');
      }
      const begin = endOfSize + END_OF_LINE.length;
      const end = begin + Number.parseInt(size, 16);
      if (end === begin) {
        return this.#afterTrailers(begin, parts);
      }
      if (end + END_OF_LINE.length > this.#bytes.length) {
        return undefined;
      }
      parts.push(this.#bytes.subarray(begin, end));
      start = end + END_OF_LINE.length;
    }
  }

  /** Behind the last chunk come lines that nobody needs, then an empty one. */
  #afterTrailers(from: number, parts: readonly Buffer[]): Body | undefined {
    for (let start = from; ;) {
      const end = this.#bytes.indexOf(END_OF_LINE, start);
      if (end < 0) {
        return undefined;
      }
      if (end === start) {
        return { text: Buffer.concat(parts).toString(), end: end + END_OF_LINE.length };
      }
      start = end + END_OF_LINE.length;
    }
  }
}

function headersOf(lines: readonly string[]): Headers {
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon > 0) {
      headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
    }
  }
  return headers;
}
