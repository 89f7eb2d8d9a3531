import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { eventually } from '../agent/agent.fixture.js';
import { acceptBody, taskInfo } from '../master/calls/task-info.fixture.js';
import { SchedulerClient } from '../master/contract/scheduler-client.fixture.js';
import { FRAMEWORK } from '../master/master-harness.fixture.js';
import { startLocalCluster, type LocalCluster } from '../start-local-cluster.js';

/** One agent in the answer to `GET status`. */
export interface AgentView {
  readonly id: string;
  readonly state: string;
  readonly running: boolean;
  readonly offered: number;
  readonly tasks: Record<string, number>;
  readonly standing?: object;
}

let dataDir: string;
let current: LocalCluster;

const cluster = (): LocalCluster => current;

async function start(count = 1, testApi = true): Promise<void> {
  current = await startLocalCluster({
    dataDir,
    testApi,
    master: {
      port: 0,
      allocationIntervalMs: 20,
      agentPingTimeoutMs: 100,
      maxAgentPingTimeouts: 3,
      agentReregisterTimeoutMs: 300,
    },
    agents: { count, firstPort: 0, resources: 'cpus:8;mem:8192;disk:10000' },
  });
  await eventually(() => agents().every(({ state }) => state === 'registered'), 'the agents');
}

const agents = (): AgentView[] => current.control.status()['agents'] as AgentView[];

const standings = (): string[] =>
  (current.control.status()['frameworks'] as { standing: string }[]).map(({ standing }) => standing);

async function becomes(state: string, place = 0): Promise<void> {
  await eventually(() => agents()[place]?.state === state, state);
}

async function subscribe(): Promise<SchedulerClient> {
  const client = new SchedulerClient(current.url);
  await client.subscribe({ subscribe: { framework_info: FRAMEWORK } });
  await eventually(() => client.frameworkId !== '', 'the subscription');
  return client;
}

async function runTask(client: SchedulerClient): Promise<void> {
  const offer = await client.offer();
  const task = taskInfo('t', offer.agent_id.value, { command: { shell: true, value: 'sleep 1000' } });
  await client.call(acceptBody([offer.id.value], [task]) as never);
  await sees(client, 'TASK_STARTING');
}

const statesOf = (client: SchedulerClient): string[] =>
  client.events.flatMap((event) => (event.type === 'UPDATE' ? [event.update.status.state] : []));

async function sees(client: SchedulerClient, state: string): Promise<void> {
  await eventually(() => statesOf(client).includes(state), `${state}, got ${statesOf(client).join()}`);
}

async function post(path: string, body: unknown = {}, headers: Record<string, string> = {}) {
  const response = await fetch(`${current.url}/_control/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as { message?: string } };
}

/** A cluster per test, which ends with it; its tests begin with `start`. */
export function useCluster() {
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'control-'));
  });

  afterEach(async () => {
    await current.stop({ keepTasks: false });
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
  });
  return { cluster, start, agents, standings, becomes, subscribe, runTask, statesOf, sees, post };
}
