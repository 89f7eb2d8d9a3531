import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { CliError, RefusedError, UnreachableError, UsageError } from '../errors.js';
import type { Connection } from './connection.js';

export type QueryValue = string | number | boolean | readonly string[] | undefined;

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With a leading slash, encoded; see {@link pathOf}. */
  readonly path: string;
  readonly query?: Readonly<Record<string, QueryValue>>;
  /** Sent as JSON; a text as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** Failures before a server can have seen the request. */
const NOT_CONNECTED: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** Failures of the connection after it. */
const BROKEN: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT']);

/** The longest time limit that a timer can hold. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** The API of Ekiden, at the first of its servers that can be reached. */
export class Api {
  /** The server that answered last. */
  private preferred = 0;

  constructor(
    private readonly connection: Connection,
    private readonly interrupted: AbortSignal,
  ) {}

  /** The parsed body of a GET. @throws {RefusedError} */
  async get<Body>(path: string, query: ApiRequest['query'] = {}): Promise<Body> {
    const { text } = await this.send({ method: 'GET', path, query });
    if (text === '') throw notEkiden();
    return JSON.parse(text) as Body;
  }

  /** @throws {RefusedError} the answer is an error. @throws {UnreachableError} there is none. */
  async send(request: ApiRequest): Promise<ApiAnswer> {
    const response = await this.open(request, { limited: true });
    const text = await this.bodyOf(response, request);
    // As a page of a proxy does.
    if (!/^\s*(?:[[{]|$)/.test(text)) throw notEkiden();
    return { status: response.statusCode ?? 0, headers: response.headers, text };
  }

  private async bodyOf(response: IncomingMessage, request: ApiRequest): Promise<string> {
    try {
      return await textOf(response);
    } catch (error) {
      if (this.interrupted.aborted) throw error;
      const failure = error as NodeJS.ErrnoException;
      const server = this.connection.servers[this.preferred];
      throw unreachable([`${server}: ${reasonOf(failure)}`], request, failure.code ?? '');
    }
  }

  /**
   * Sends a request and leaves the body of the answer to the caller; `limited` ends it after the time limit.
   *
   * @throws {RefusedError} the answer is an error. @throws {UnreachableError} there is none.
   */
  async open(request: ApiRequest, { limited = false } = {}): Promise<IncomingMessage> {
    const { servers } = this.connection;
    const failures: string[] = [];
    for (let attempt = 0; attempt < servers.length; attempt++) {
      const index = (this.preferred + attempt) % servers.length;
      try {
        const response = await this.ask(servers[index]!, request, limited);
        this.preferred = index;
        const status = response.statusCode ?? 0;
        const { location } = response.headers;
        // Nobody is sent on to another host with credentials that were meant for this one.
        if (status >= 300) throw new RefusedError(status, await textOf(response), request.path, location);
        return response;
      } catch (error) {
        if (error instanceof RefusedError || this.interrupted.aborted) throw error;
        const { code = '' } = error as NodeJS.ErrnoException;
        failures.push(`${servers[index]}: ${reasonOf(error as NodeJS.ErrnoException)}`);
        const mayTryNext = NOT_CONNECTED.has(code) || (BROKEN.has(code) && request.method === 'GET');
        if (!mayTryNext) throw unreachable(failures, request, code);
      }
    }
    throw unreachable(failures, request, 'ECONNREFUSED');
  }

  private ask(server: string, request: ApiRequest, limited: boolean): Promise<IncomingMessage> {
    const { authorization, ca, timeoutMs, claims } = this.connection;
    const url = new URL(`${server}${request.path}${queryText(request.query ?? {})}`);
    // As bytes: a text would be sent in one piece with the headers, and these in its encoding.
    const body = request.body === undefined ? undefined : Buffer.from(bodyText(request.body), 'utf8');
    const headers = {
      accept: 'application/json',
      ...(authorization === undefined ? {} : { authorization }),
      ...(body === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': String(body.length) }),
      ...(request.method === 'GET' ? {} : claims),
      ...request.headers,
    };
    const send = url.protocol === 'https:' ? requestHttps : requestHttp;
    return new Promise((resolve, reject) => {
      const options = { method: request.method, headers, signal: this.interrupted, ...(ca && { ca }) };
      let answer: IncomingMessage | undefined;
      const sent = send(url, options, (response) => {
        answer = response;
        if (!limited) clearTimeout(timer);
        response.once('close', () => clearTimeout(timer));
        resolve(response);
      });
      const timer = setTimeout(
        () => {
          const error = new Error(`no answer within ${timeoutMs / 1000} s`);
          (answer ?? sent).destroy(Object.assign(error, { code: 'EKIDEN_TIMEOUT' }));
        },
        Math.min(timeoutMs, LONGEST_TIMEOUT_MS),
      );
      sent.once('error', (error) => {
        clearTimeout(timer);
        reject(error);
      });
      sent.end(body);
    });
  }
}

const bodyText = (body: unknown): string => (typeof body === 'string' ? body : JSON.stringify(body));

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** `?a=1&b=2`, or nothing. Lists repeat their name; what is undefined is left out. */
export function queryText(query: Readonly<Record<string, QueryValue>>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const item of Array.isArray(value) ? (value as readonly string[]) : [value])
      params.append(name, String(item));
  }
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

/**
 * The path of something with an id that may hold slashes: `pathOf('/v2/apps', '/a b/c', 'tasks')`.
 *
 * @throws {UsageError} it would be the path of something else: without any segment, which groups alone may be, or with `.` or `..`.
 */
export function pathOf(collection: string, id: string, ...rest: readonly string[]): string {
  const segments = id.split('/').filter((segment) => segment !== '');
  const names = [...segments, ...rest];
  const isMissing = segments.length === 0 && !collection.endsWith('/groups');
  if (isMissing || names.some((name) => /^\.\.?$/.test(name))) throw new UsageError(`\`${id}\` is no id`);
  return [collection, ...names.map(encodeURIComponent)].join('/');
}

const notEkiden = (): CliError =>
  new CliError('what answers there is no Ekiden', ['`--server URL` or EKIDEN_URL say where it is']);

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'ECONNREFUSED':
      return 'nobody listens there';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'the name is not known';
    case 'ECONNRESET':
    case 'EPIPE':
      return 'the connection broke';
    default:
      return message;
  }
}

function unreachable(failures: readonly string[], request: ApiRequest, code: string): UnreachableError {
  const isWrite = request.method !== 'GET';
  const wasSent = !NOT_CONNECTED.has(code) && !/CERT|SSL|TLS/.test(code);
  if (/CERT|SSL|TLS|SELF_SIGNED/.test(code)) {
    return new UnreachableError(`the server cannot be trusted (${failures.join('; ')})`, [
      '`--cacert FILE` names the certificate to trust',
    ]);
  }
  const advice = wasSent
    ? isWrite
      ? ['it may have been carried out all the same: look before trying again']
      : ['`--timeout SECONDS` waits longer']
    : ['`npm start` starts Ekiden on this machine', '`--server URL` or EKIDEN_URL say where else it is'];
  return new UnreachableError(`Ekiden cannot be reached (${failures.join('; ')})`, advice);
}
