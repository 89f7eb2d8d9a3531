import type { TaskInfo, TaskState, TaskStatus } from '#mesos';
import type { AgentResources } from './simulated-agent.js';

/** What a task holds of its agent. */
export interface Holding {
  readonly cpus: number;
  readonly mem: number;
  readonly disk: number;
  readonly ports: readonly number[];
}

/** A task as the master knows it. */
export interface KnownTask {
  readonly info: TaskInfo;
  readonly agentId: string;
  readonly holding: Holding;
  state: TaskState;
  healthy: boolean | undefined;
  /** The update that a terminal state came with waits for its acknowledgement. */
  lastStatus: TaskStatus | undefined;
}

export interface KnownOffer {
  readonly id: string;
  readonly agentId: string;
  readonly free: Holding;
  readonly madeAtMs: number;
}

/** What a master survives with: the replicated registry. */
export class Registry {
  /** Since when agents are unreachable, epoch ms. */
  readonly unreachable = new Map<string, number>();
  readonly gone = new Set<string>();
  readonly admitted = new Set<string>();
}

export function holdingOf(info: TaskInfo): Holding {
  const scalar = (name: string): number =>
    (info.resources ?? []).reduce(
      (sum, it) => (it.type === 'SCALAR' && it.name === name ? sum + it.scalar.value : sum),
      0,
    );
  const ports = (info.resources ?? []).flatMap((it) =>
    (it.type === 'RANGES' ? (it.ranges.range ?? []) : []).flatMap(({ begin, end }) =>
      Array.from({ length: end - begin + 1 }, (_, index) => begin + index),
    ),
  );
  return { cpus: scalar('cpus'), mem: scalar('mem'), disk: scalar('disk'), ports };
}

/** What is left of an agent under the tasks that hold some of it. */
export function leftOf(resources: AgentResources, holdings: Iterable<Holding>): Holding {
  let { cpus, mem, disk } = resources;
  const taken = new Set<number>();
  for (const holding of holdings) {
    cpus -= holding.cpus;
    mem -= holding.mem;
    disk -= holding.disk;
    for (const port of holding.ports) taken.add(port);
  }
  const ports: number[] = [];
  for (let port = resources.ports.begin; port <= resources.ports.end; port++) {
    if (!taken.has(port)) ports.push(port);
  }
  return { cpus: round(cpus), mem: round(mem), disk: round(disk), ports };
}

export function fits(wanted: Holding, free: Holding): boolean {
  return (
    wanted.cpus <= free.cpus + 1e-6 &&
    wanted.mem <= free.mem + 1e-6 &&
    wanted.disk <= free.disk + 1e-6 &&
    wanted.ports.every((port) => free.ports.includes(port))
  );
}

export function less(free: Holding, taken: Holding): Holding {
  return {
    cpus: free.cpus - taken.cpus,
    mem: free.mem - taken.mem,
    disk: free.disk - taken.disk,
    ports: free.ports.filter((port) => !taken.ports.includes(port)),
  };
}

/** Contiguous ranges, as offers list ports. */
export function rangesOf(ports: readonly number[]): { begin: number; end: number }[] {
  const ranges: { begin: number; end: number }[] = [];
  for (const port of ports) {
    const last = ranges.at(-1);
    if (last !== undefined && last.end === port - 1) last.end = port;
    else ranges.push({ begin: port, end: port });
  }
  return ranges;
}

const round = (value: number): number => Math.round(value * 1000) / 1000;
