import type { Configuration } from '#configuration';
import type { AgentAddress } from '#domain';
import { authorizationHeader, type Authentication } from '#mesos';

/** What the addresses come from. */
export interface AgentAddressPorts {
  readonly configuration: Pick<Configuration, 'master'>;
  readonly authentication?: Authentication;
  /** `host:port` of the leading master. */
  readonly masterHostPort: () => string | undefined;
  /** Monotonic clock, ms; the system's unless given. */
  readonly nowMs?: () => number;
}

/** Agents move rarely; one that is not known is asked for again at once, but not more often than this. */
const REFRESH_MS = 60_000;
const SHORTEST_REFRESH_MS = 1000;

/** How long the master may take to list its agents, ms. */
const ANSWER_MS = 5000;

/** Where agents are reached, as the master lists them (`spec/mesos-client.md` §24.1). */
export class AgentAddresses {
  private urls = new Map<string, string>();
  private readAtMs = Number.NEGATIVE_INFINITY;
  private reading: Promise<void> | undefined;

  constructor(private readonly ports: AgentAddressPorts) {}

  /** Nothing when the master does not know the agent, or cannot be asked. */
  async find(agentId: string): Promise<AgentAddress | undefined> {
    const ageMs = this.nowMs() - this.readAtMs;
    if (ageMs > (this.urls.has(agentId) ? REFRESH_MS : SHORTEST_REFRESH_MS)) {
      this.reading ??= this.read().finally(() => (this.reading = undefined));
      await this.reading;
    }
    const url = this.urls.get(agentId);
    const authorization = this.authorization();
    return url === undefined ? undefined : { url, ...(authorization === undefined ? {} : { authorization }) };
  }

  private async read(): Promise<void> {
    const hostPort = this.ports.masterHostPort();
    if (hostPort === undefined) return;
    const authorization = this.authorization();
    try {
      const response = await fetch(`${this.scheme}://${hostPort}/master/slaves`, {
        headers: authorization === undefined ? {} : { authorization },
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      if (!response.ok) return;
      this.urls = addressesIn(await response.json(), this.scheme);
      this.readAtMs = this.nowMs();
    } catch {
      // A master that is away: what is known is used until it is back.
    }
  }

  /** Agents speak TLS where their master does. */
  private get scheme(): 'http' | 'https' {
    const { master } = this.ports.configuration;
    const usesTls =
      master.kind === 'zookeeper'
        ? master.tls
        : master.kind === 'remote' && /^https:/i.test(master.urls[0] ?? '');
    return usesTls ? 'https' : 'http';
  }

  private authorization(): string | undefined {
    const header = authorizationHeader(this.ports.authentication);
    return header.ok ? header.value : undefined;
  }

  private nowMs(): number {
    return this.ports.nowMs?.() ?? performance.now();
  }
}

/** Agents by id: `slave(1)@10.0.0.7:5051` says where one listens. */
function addressesIn(body: unknown, scheme: string): Map<string, string> {
  const { slaves = [] } = body as { slaves?: readonly { readonly id?: string; readonly pid?: string }[] };
  return new Map(
    slaves.flatMap(({ id, pid = '' }) => {
      const hostPort = pid.slice(pid.indexOf('@') + 1);
      return id === undefined || hostPort === '' ? [] : [[id, `${scheme}://${hostPort}`] as const];
    }),
  );
}
