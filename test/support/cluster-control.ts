import { expect } from 'vitest';

/** One agent as the control API shows it. */
export interface AgentStatus {
  readonly place: number;
  readonly id: string;
  readonly hostname: string;
  readonly running: boolean;
  readonly state: 'registered' | 'unreachable' | 'gone' | 'recovering' | 'unknown';
  readonly tasks: Readonly<Record<string, number>>;
  readonly standing?: {
    readonly isDeactivated: boolean;
    readonly drain?: { readonly isDrained: boolean };
  };
}

/** The control API of a local cluster (spec/local-cluster.md §25). */
export class ClusterControlClient {
  constructor(private readonly masterUrl: string) {}

  async agents(): Promise<readonly AgentStatus[]> {
    const response = await fetch(`${this.masterUrl}/_control/status`);
    expect(response.status).toBe(200);
    return ((await response.json()) as { agents: readonly AgentStatus[] }).agents;
  }

  async agentOn(hostname: string): Promise<AgentStatus> {
    const found = (await this.agents()).find((agent) => agent.hostname === hostname);
    if (found === undefined) throw new Error(`no agent on ${hostname}`);
    return found;
  }

  /** Does something to an agent, by its place or its id. */
  async agent(name: number | string, action: string, body: Record<string, unknown> = {}): Promise<void> {
    const response = await fetch(`${this.masterUrl}/_control/agents/${name}/${action}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(response.status, await response.text()).toBe(200);
  }
}
