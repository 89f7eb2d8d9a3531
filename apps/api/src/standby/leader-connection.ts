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
}

/** The question for the position is answered from memory; whoever takes longer than this does not answer, in ms. */
const POSITION_MS = 1000;

/** More than any answer to that question has, in bytes. */
const LONGEST_FACTS = 64 * 1024;

/** Connections for reads that only the leader can answer; it does so from memory. */
const READ_CONNECTIONS = 8;

interface Agents {
  /** Requests of clients, which may take long. */
  readonly requests: Agent;
  readonly reads: Agent;
  readonly questions: Agent;
}

/** The connections of this node to the one that leads. Writes can hold up neither reads nor the question for the position. */
export class LeaderConnection {
  private agents: Agents;
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
    this.agents = this.connect();
    tls?.onChange(() => this.reconnect());
  }

  /** Sends a request once. Rejects with the error of the transport; redirects are answers like any others. */
  request(hostPort: string, request: LeaderRequest): Promise<Dispatcher.ResponseData> {
    return this.agents.requests.request({ ...request, origin: this.originOf(hostPort) });
  }

  /** As {@link request}, for reads that this node could answer somehow itself. */
  read(hostPort: string, request: LeaderRequest): Promise<Dispatcher.ResponseData> {
    return this.agents.reads.request({ ...request, origin: this.originOf(hostPort) });
  }

  /** Asks a leader where it is. Rejects when it does not answer in time or does not lead. */
  async askPosition(hostPort: string): Promise<ClusterFacts> {
    const limit = AbortSignal.timeout(POSITION_MS);
    try {
      return await this.ask(hostPort, limit);
    } catch (error) {
      // The leader may just have closed a connection that was idle; a question may be asked twice.
      if ((error as { code?: string }).code === 'UND_ERR_SOCKET') return this.ask(hostPort, limit);
      throw error;
    }
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.agents).map((agent: Agent) => agent.destroy()));
  }

  private async ask(hostPort: string, signal: AbortSignal): Promise<ClusterFacts> {
    const { statusCode, body } = await this.agents.questions.request({
      origin: this.originOf(hostPort),
      path: '/ekiden/v1/position',
      method: 'GET',
      headers: this.authorization === undefined ? {} : { authorization: this.authorization },
      signal,
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
    const former: Agent[] = Object.values(this.agents);
    this.agents = this.connect();
    for (const agent of former) void agent.close().catch(() => undefined);
  }

  private connect(): Agents {
    return {
      requests: this.agent(this.configuration.leaderProxyMaxOpenConnections),
      reads: this.agent(READ_CONNECTIONS),
      questions: this.agent(1),
    };
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
