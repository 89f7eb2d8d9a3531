import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { runCli } from './cli.js';
import type { ExitCode } from './errors.js';

/** What a request asked for. */
export interface Asked {
  readonly method: string;
  /** With its query. */
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

export interface Scripted {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; a text as it is. */
  readonly body?: unknown;
}

/** An API that answers what the test says, by method and path: `GET /v2/apps`. */
export class ScriptedApi {
  readonly asked: Asked[] = [];
  readonly answers = new Map<string, Scripted | ((asked: Asked) => Scripted)>();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<ScriptedApi> {
    const server = createServer();
    const api = new ScriptedApi(server);
    server.on('request', (request, response) => void api.answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return api;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const { method = '', url = '', headers } = request;
    const asked = { method, url, headers, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
    this.asked.push(asked);
    const scripted = this.answers.get(`${method} ${url.split('?')[0]}`);
    const unknown: Scripted = { status: 404, body: { message: 'URI not found' } };
    const answer = typeof scripted === 'function' ? scripted(asked) : (scripted ?? unknown);
    response.writeHead(answer.status ?? 200, answer.headers);
    response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? {}));
  }
}

export interface Ran {
  readonly exitCode: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** Columns of a terminal; without, the output is none. */
  readonly columns?: number;
}

/** The time at which commands of tests run. */
export const NOW_MS = Date.parse('2026-11-23T08:00:00.000Z');

/** Runs a command line, its words separated by spaces or given one by one. */
export async function run(line: string | readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { env = {}, stdin = '', columns } = options;
  let [stdout, stderr] = ['', ''];
  const terminal = columns === undefined ? {} : { isTTY: true, columns };
  const exitCode = await runCli({
    argv: typeof line === 'string' ? line.split(' ') : line,
    env,
    stdin: Object.assign(
      (async function* () {
        yield stdin;
      })(),
      { isTTY: columns !== undefined },
    ),
    stdout: { write: (text) => (stdout += text), ...terminal },
    stderr: { write: (text) => (stderr += text), ...terminal },
    nowMs: () => NOW_MS,
    interrupted: new AbortController().signal,
  });
  return { exitCode, stdout, stderr };
}
