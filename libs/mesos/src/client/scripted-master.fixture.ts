import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

import { encodeRecord } from '../recordio/record-encoder.js';

/** A request as it arrived, to be answered by the test. */
export interface ReceivedRequest {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  json: { type: string } & Record<string, unknown>;
  /** Tells connections apart. */
  remotePort: number;
  respond(status: number, body?: string, headers?: Record<string, string>): void;
  /** Answers 200 and keeps the response open. */
  openStream(streamId?: string): OpenStream;
  /** Breaks the connection instead of answering. */
  reset(): void;
}

/** The master's end of a subscription. */
export interface OpenStream {
  send(event: object): void;
  write(bytes: Uint8Array | string): void;
  end(): void;
  reset(): void;
  /** Resolves when the client has closed its side. */
  readonly closed: Promise<void>;
}

/** A real HTTP server on a free port whose answers are given by the test, request by request. */
export class ScriptedMaster {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #arrived: ReceivedRequest[] = [];
  readonly #waiting: ((request: ReceivedRequest) => void)[] = [];
  readonly received: ReceivedRequest[] = [];

  private constructor() {
    this.#server = createServer((request, response) => void this.#receive(request, response));
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  static async start(): Promise<ScriptedMaster> {
    const master = new ScriptedMaster();
    await new Promise<void>((resolve) => master.#server.listen(0, '127.0.0.1', resolve));
    return master;
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get url(): URL {
    return new URL(`http://${this.address}`);
  }

  /** The next request nobody has taken yet; waits for it. */
  next(): Promise<ReceivedRequest> {
    const request = this.#arrived.shift();
    return request === undefined
      ? new Promise((resolve) => this.#waiting.push(resolve))
      : Promise.resolve(request);
  }

  /** How many requests nobody has taken yet. */
  get untaken(): number {
    return this.#arrived.length;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) {
      socket.destroy();
    }
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk as Buffer);
    }
    const body = Buffer.concat(chunks).toString('utf8');
    const received: ReceivedRequest = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body,
      json: JSON.parse(body) as ReceivedRequest['json'],
      remotePort: request.socket.remotePort ?? 0,
      respond: (status, text = '', headers = {}) => {
        response.writeHead(status, headers);
        response.end(text);
      },
      openStream: (streamId = 'stream-1') => openStream(response, streamId),
      reset: () => request.socket.destroy(),
    };
    this.received.push(received);
    const taker = this.#waiting.shift();
    if (taker === undefined) {
      this.#arrived.push(received);
    } else {
      taker(received);
    }
  }
}

function openStream(response: ServerResponse, streamId: string): OpenStream {
  const closed = new Promise<void>((resolve) => response.on('close', resolve));
  response.writeHead(200, { 'Content-Type': 'application/json', 'Mesos-Stream-Id': streamId });
  response.flushHeaders();
  return {
    closed,
    send: (event) => void response.write(encodeRecord(JSON.stringify(event))),
    write: (bytes) => void response.write(bytes),
    end: () => void response.end(),
    reset: () => void response.socket?.destroy(),
  };
}
