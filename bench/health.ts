import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import {
  decideApiCommand,
  decideSchedulerCommand,
  SchedulerRuntime,
  settle,
  State,
  Turn,
  type Effect,
  type Endpoint,
} from '#domain';
import { createProbe, HealthChecker, type Probe } from '../apps/scheduler/src/index.js';
import { UNHINDERED } from '../test/support/unhindered-settings.js';
import { compared, rounded, type BenchmarkResult } from './result.js';

const INTERVAL_SECONDS = 5;
/** How late the latest hundredth of the probes may begin. */
const DRIFT_LIMIT_MS = 100;
/** Share of one processor that probing may take. */
const CPU_LIMIT = 0.5;
const SERVERS = 50;
const WARM_UP_MS = 12_000;

/**
 * Health checks over HTTP, every 5 s each, from one process: how far the starts stray from their even pace, and what
 * the probing costs. Options: `--checks N` (5000), `--seconds N` (25).
 */
export async function run(options: string[]): Promise<BenchmarkResult> {
  const { values } = parseArgs({
    args: options,
    options: {
      checks: { type: 'string', default: '5000' },
      seconds: { type: 'string', default: '25' },
    },
  });
  const servers = fork(new URL('./probed-servers.js', import.meta.url), [String(SERVERS)]);
  try {
    const [ports] = (await once(servers, 'message')) as [number[]];
    return await measure(Number(values.checks), Number(values.seconds), ports);
  } finally {
    await ended(servers);
  }
}

async function measure(checks: number, seconds: number, ports: readonly number[]): Promise<BenchmarkResult> {
  const cluster = new SickbayCluster();
  cluster.run(checks);
  const starts = new Map<string, number[]>();
  const probe = createProbe();
  const spread: Probe = (endpoint, check) => {
    note(starts, endpoint);
    const port = ports[endpoint.port % ports.length] ?? 0;
    return probe({ host: '127.0.0.1', port }, check);
  };
  const checker = cluster.checker(spread);
  checker.start();
  await delay(WARM_UP_MS);
  starts.clear();
  const before = process.cpuUsage();
  const startedMs = performance.now();
  await delay(seconds * 1000);
  const { user, system } = process.cpuUsage(before);
  const share = (user + system) / 1000 / (performance.now() - startedMs);
  checker.stop();

  const drifts = [...starts.values()].flatMap(driftsOf).toSorted((a, b) => a - b);
  const p99 = drifts[Math.floor(drifts.length * 0.99)] ?? Infinity;
  const healthy = [...cluster.state.instances.values()].filter(({ health }) => health?.[0]?.alive).length;
  console.log(`healthy               ${healthy} of ${checks} (events written: ${cluster.healthEvents})`);
  console.log(`probes                ${rounded([...starts.values()].flat().length / seconds)}/s`);
  console.log(
    `start drift           p50 ${rounded(drifts[drifts.length >> 1] ?? 0)} ms, p99 ${rounded(p99)} ms`,
  );
  console.log(`                      max ${rounded(drifts.at(-1) ?? 0)} ms (limit p99 ${DRIFT_LIMIT_MS} ms)`);
  console.log(`share of one core     ${rounded(share)} (limit ${CPU_LIMIT})`);
  if (healthy !== checks || share > CPU_LIMIT) process.exitCode = 1;
  return {
    ...compared(p99, DRIFT_LIMIT_MS, 'ms'),
    cpuShare: rounded(share),
    cpuLimit: CPU_LIMIT,
  } as BenchmarkResult;
}

function note(starts: Map<string, number[]>, { host, port }: Endpoint): void {
  const key = `${host}:${port}`;
  const known = starts.get(key);
  if (known === undefined) starts.set(key, [performance.now()]);
  else known.push(performance.now());
}

/** How far each start is from where an even pace since the first one would have it. */
function driftsOf(starts: readonly number[]): number[] {
  const [first = 0, ...rest] = starts;
  return rest.map((start, index) => Math.abs(start - first - (index + 1) * INTERVAL_SECONDS * 1000));
}

/** Running instances of one app, without a cluster: decisions are real, the log is left out. */
class SickbayCluster {
  readonly state = new State();
  healthEvents = 0;
  private readonly runtime = new SchedulerRuntime(UNHINDERED, Date.now());

  /** Creates an app and lets all its instances run. */
  run(instances: number): void {
    const json = {
      id: '/checked',
      cmd: 'serve',
      instances,
      cpus: 0.001,
      mem: 1,
      healthChecks: [{ protocol: 'HTTP', path: '/', portIndex: 0, intervalSeconds: INTERVAL_SECONDS }],
    };
    this.turn((turn) => {
      decideSchedulerCommand(turn, { type: 'SchedulerConnected', frameworkId: 'f', master: 'm' });
      decideApiCommand(turn, { type: 'CreateApp', json, force: false, uri: '/v2/apps' });
    });
    for (let offer = 1; this.launch(offer); offer++);
  }

  checker(probe: Probe): HealthChecker {
    return new HealthChecker({
      state: () => this.state,
      tell: (command) => this.turn((turn) => decideSchedulerCommand(turn, command)),
      probe,
      maxConcurrent: 256,
      nowMs: Date.now,
      onProbed: () => undefined,
      onUnrecordedFailure: () => undefined,
    });
  }

  private launch(number: number): boolean {
    const value = `agent-${number}`;
    const resources = [
      { name: 'cpus', type: 'SCALAR' as const, scalar: { value: 100 } },
      { name: 'mem', type: 'SCALAR' as const, scalar: { value: 100_000 } },
      { name: 'ports', type: 'RANGES' as const, ranges: { range: [{ begin: 10_000, end: 60_000 }] } },
    ];
    const effects = this.turn((turn) =>
      decideSchedulerCommand(turn, {
        type: 'ReceiveOffers',
        offers: [
          { id: { value }, agent_id: { value }, hostname: `127.0.0.${1 + (number % 250)}`, resources },
        ],
      }),
    );
    const tasks = effects.flatMap((effect) => (effect.type === 'AcceptOffer' ? effect.launches : []));
    this.turn((turn) => {
      for (const { taskId, agentId } of tasks) {
        const ids = { task_id: { value: taskId }, agent_id: { value: agentId } };
        const status = { ...ids, state: 'TASK_RUNNING' as const };
        decideSchedulerCommand(turn, { type: 'ReceiveStatus', status });
      }
    });
    return tasks.length > 0;
  }

  private turn(decide: (turn: Turn) => void): readonly Effect[] {
    const nowMs = Date.now();
    const environment = {
      nowMs,
      newEventId: randomUUID,
      newUuid: randomUUID,
      newTimeUuid: randomUUID,
      random: Math.random,
    };
    const turn = new Turn(this.state, this.runtime, UNHINDERED, environment);
    decide(turn);
    settle(turn);
    this.healthEvents += turn.events.filter(({ type }) => /^HealthCheck(Passed|Failed)$/.test(type)).length;
    return turn.effects;
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exit = once(child, 'exit');
  child.kill();
  await exit;
}
