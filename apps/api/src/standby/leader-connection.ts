import type { Readable } from 'node:stream';
import { Agent, type Dispatcher } from 'undici';
import type { Configuration } from '#configuration';
import type { OwnAddress } from '../listeners/own-address.js';
import type { TlsFiles } from '../listeners/tls-files.js';
import { ClusterFacts } from './cluster-facts.js';

/** A request as it goes to the leader. */
export interface LeaderRequest {
  readonly method: string;
  /** Path with query string. */
  readonly path: string;
  readonly headers: Dispatcher.RequestOptions['headers'];
  /** Absent for a request without body. */
  readonly body?: Readable;
  readonly signal: AbortSignal;
  /** Time until the head of the answer, in ms; `--leader_proxy_read_timeout` unless given. */
  readonly answerMs?: number;
}

/** The question for the position is answered from memory; whoever takes longer than this does not answer, in ms. */
const POSITION_MS = 1000;

/** More than any answer to that question has, in bytes. */
const LONGEST_FACTS = 64 * 1024;

/** The connections of this node to the one that leads. Writes cannot hold up the question for the position. */
export class LeaderConnection {
  private requests: Agent;
  private questions: Agent;
  private readonly authorization: string | undefined;

  constructor(
    private readonly configuration: Configuration,
    private readonly own: OwnAddress,
    private readonly tls: TlsFiles | undefined,
  ) {
    const { httpCredentials } = configuration;
    this.authorization =
      httpCredentials &&
      `Basic ${Buffer.from(`${httpCredentials.user}:${httpCredentials.password}`).toString('base64')}`;
    this.requests = this.agent(configuration.leaderProxyMaxOpenConnections);
    this.questions = this.agent(1);
    tls?.onChange(() => this.reconnect());
  }

  /** Sends a request once. Rejects with the error of the transport; redirects are answers like any others. */
  request(hostPort: string, request: LeaderRequest): Promise<Dispatcher.ResponseData> {
    const { answerMs = this.configuration.leaderProxyReadTimeoutMs, method, ...rest } = request;
    return this.requests.request({
      ...rest,
      method: method,
      origin: this.originOf(hostPort),
      headersTimeout: answerMs,
    });
  }

  /** Asks a leader where it is. Rejects when it does not answer in time or does not lead. */
  async askPosition(hostPort: string): Promise<ClusterFacts> {
    try {
      return await this.ask(hostPort);
    } catch (error) {
      // The leader may just have closed a connection that was idle; a question may be asked twice.
      if ((error as { code?: string }).code === 'UND_ERR_SOCKET') return this.ask(hostPort);
      throw error;
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.requests.destroy(), this.questions.destroy()]);
  }

  private async ask(hostPort: string): Promise<ClusterFacts> {
    const { statusCode, body } = await this.questions.request({
      origin: this.originOf(hostPort),
      path: '/ekiden/v1/position',
      method: 'GET',
      headers: this.authorization === undefined ? {} : { authorization: this.authorization },
      signal: AbortSignal.timeout(POSITION_MS),
    });
    if (statusCode !== 200) {
      await body.dump({ limit: LONGEST_FACTS });
      throw new Error(`it answers ${statusCode}`);
    }
    return ClusterFacts.from(await body.json());
  }

  private originOf(hostPort: string): string {
    return `${this.own.scheme}://${hostPort}`;
  }

  /** With new certificates; what is under way goes on over the old connections. */
  private reconnect(): void {
    const { requests, questions } = this;
    this.requests = this.agent(this.configuration.leaderProxyMaxOpenConnections);
    this.questions = this.agent(1);
    for (const former of [requests, questions]) void former.close().catch(() => undefined);
  }

  private agent(connections: number): Agent {
    const { leaderProxyConnectionTimeoutMs, leaderProxyReadTimeoutMs } = this.configuration;
    return new Agent({
      connections,
      pipelining: 1,
      bodyTimeout: leaderProxyReadTimeoutMs,
      headersTimeout: leaderProxyReadTimeoutMs,
      connect: { timeout: leaderProxyConnectionTimeoutMs, ...this.secureOptions() },
    });
  }

  /** Whom to believe, and who we are if the leader asks (`spec/operations.md` §10.2). */
  private secureOptions(): object {
    const material = this.tls?.current;
    if (material === undefined) return {};
    return {
      ...material.identity,
      ca: [...material.trusted],
      // A node's own certificate is believed although its issuer may be unknown: nodes may share one.
      allowPartialTrustChain: true,
      ...(this.configuration.leaderProxySslIgnoreHostname ? { checkServerIdentity: () => undefined } : {}),
    };
  }
}
