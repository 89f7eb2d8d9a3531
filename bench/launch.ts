import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { compared, rounded, type BenchmarkResult } from './result.js';
import { startServer, type ServerProcess } from './server-process.js';

/** Kernel ticks per second in `/proc`. */
const TICKS_PER_SECOND = 100;

/**
 * One app of n `sleep` tasks as real processes: from the POST until all are TASK_RUNNING. The limit is a bare
 * Node process that starts the same commands and does nothing else. Options: `--tasks N` (1000).
 */
export async function run(options: string[]): Promise<BenchmarkResult> {
  const { values } = parseArgs({ args: options, options: { tasks: { type: 'string', default: '1000' } } });
  const tasks = Number(values.tasks);
  const limit = await bareSpawns(tasks);
  console.log(`bare spawn            ${rounded(limit)} tasks/s`);
  const server = await startServer();
  try {
    const rate = await launch(server, tasks);
    return compared(rate, limit, 'tasks/s');
  } finally {
    await server.stop();
  }
}

async function launch(server: ServerProcess, tasks: number): Promise<number> {
  const before = cpuSeconds(server.pid);
  const startedMs = performance.now();
  await post(server.url, {
    id: '/sleepers',
    cmd: 'exec sleep 100000',
    cpus: 0.001,
    mem: 1,
    instances: tasks,
    portDefinitions: [],
  });
  for (let running = 0; running < tasks; await delay(100)) {
    running = await runningTasks(server.url);
    if (performance.now() - startedMs > 300_000)
      throw new Error(`only ${running} of ${tasks} run after 300 s`);
  }
  const seconds = (performance.now() - startedMs) / 1000;
  const after = cpuSeconds(server.pid);
  const own = after.own - before.own;
  const all = after.machine - before.machine;
  console.log(`${tasks} tasks running after ${rounded(seconds)} s, ${rounded(tasks / seconds)} tasks/s`);
  console.log(
    `processor time: Ekiden ${rounded(own)} s, master and agent ${rounded(after.cluster - before.cluster)} s, ` +
      `supervisors ${rounded(after.supervisors)} s, whole machine ${rounded(all)} s; ` +
      `Ekiden's share ${rounded(own / all)}`,
  );
  return tasks / seconds;
}

async function post(url: string, app: unknown): Promise<void> {
  const answer = await fetch(`${url}/v2/apps`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(app),
  });
  if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`);
  await answer.arrayBuffer();
}

async function runningTasks(url: string): Promise<number> {
  const answer = await fetch(`${url}/v2/apps?id=/sleepers`);
  const { apps } = (await answer.json()) as { apps: { tasksRunning: number }[] };
  return apps[0]?.tasksRunning ?? 0;
}

/** Tasks per second that a process starts which does nothing else, each through a shell as an agent would. */
async function bareSpawns(tasks: number): Promise<number> {
  const startedMs = performance.now();
  const children = [];
  for (let i = 0; i < tasks; i++) {
    const child = spawn('/bin/sh', ['-c', 'exec sleep 100000'], { stdio: 'ignore', detached: true });
    children.push(child);
    await new Promise((resolve) => child.once('spawn', resolve));
  }
  const seconds = (performance.now() - startedMs) / 1000;
  await Promise.all(
    children.map((child) => {
      const exit = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      return exit;
    }),
  );
  return tasks / seconds;
}

/** Processor time in seconds that parts of the whole used so far. */
interface ProcessorTimes {
  /** Ekiden itself. */
  readonly own: number;
  /** Master and agent of its local cluster. */
  readonly cluster: number;
  readonly supervisors: number;
  readonly machine: number;
}

function cpuSeconds(pid: number): ProcessorTimes {
  const [, ...ticks] = readFileSync('/proc/stat', 'utf8').split('\n')[0]?.trim().split(/\s+/) ?? [];
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = ticks.map(Number);
  return {
    own: processSeconds(String(pid)),
    cluster: programSeconds('local-cluster/src/process/main.js'),
    supervisors: programSeconds('local-cluster/src/supervisor/main.js'),
    machine: (user + nice + system + irq + softirq) / TICKS_PER_SECOND,
  };
}

/** Sum over all processes that run a program. */
function programSeconds(program: string): number {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && runs(name, program))
    .reduce((sum, name) => sum + processSeconds(name), 0);
}

function runs(pid: string, program: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(program);
  } catch {
    return false; // it ended between the two looks
  }
}

function processSeconds(pid: string): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
