import { signal } from '../support/processes.js';
import type { TcpProxy } from '../support/tcp-proxy.js';
import { livingTasks, supervisorPids } from './census.js';
import type { Chance } from './chance.js';
import type { FaultKind } from './fault-kinds.js';
import type { Scene } from './scene.js';
import type { Supervised } from './supervised.js';

/** A fault that is about to happen. */
export interface Strike {
  readonly kind: FaultKind;
  /** In the words of the progress line. */
  readonly what: string;
  /** From its beginning to its end. */
  readonly holdMs: number;
  begin(): void;
  /** Puts right what does not put itself right. */
  end(): void;
}

type Plan = (scene: Scene, chance: Chance) => Omit<Strike, 'kind'>;

/** How often each kind is chosen, and what it is. */
const PLANS: Readonly<Record<FaultKind, readonly [weight: number, Plan]>> = {
  kill: [12, ({ nodes }, chance) => sudden(chance.pick(nodes), 'SIGKILL')],
  freeze: [6, ({ nodes, longestFreezeMs }, chance) => frozen(chance.pick(nodes), longestFreezeMs, chance)],
  term: [5, ({ nodes }, chance) => sudden(chance.pick(nodes), 'SIGTERM')],
  'cluster-kill': [8, ({ cluster }) => sudden(cluster, 'SIGKILL')],
  'cluster-freeze': [4, ({ cluster, longestFreezeMs }, chance) => frozen(cluster, longestFreezeMs, chance)],
  'supervisor-kill': [4, killSupervisor],
  'task-kill': [10, killTasks],
  'task-freeze': [4, freezeTasks],
  'net-cut': [8, (scene, chance) => link(scene, chance, 'cut', ({ proxy }) => [() => proxy.cut(), () => {}])],
  'net-silence': [
    5,
    (scene, chance) =>
      link(scene, chance, 'silent', ({ proxy }) => [
        () => proxy.freeze(),
        () => (chance.oneIn(2) ? proxy.cut() : undefined, proxy.thaw()),
      ]),
  ],
  'net-slow': [
    5,
    (scene, chance) =>
      link(scene, chance, 'slow', ({ proxy }) => [
        () => proxy.slow(chance.between(20, 400)),
        () => proxy.slow(0),
      ]),
  ],
  'net-half-open': [
    5,
    (scene, chance) =>
      link(scene, chance, 'half-open', ({ proxy }) => [
        () => proxy.abandon(chance.pick(['client', 'target'])),
        () => {},
      ]),
  ],
  'disk-full': [5, fillDisk],
  'clock-step': [4, (scene, chance) => stepClock(scene, chance.pick([-3600, 0, 0, 3600]), chance)],
  'clock-jump': [4, (scene, chance) => stepClock(scene, chance.between(-5_000, 5_000) / 1000, chance)],
};

/** One fault, or two or three at once, each of another kind. */
export function nextStrikes(scene: Scene, kinds: readonly FaultKind[], chance: Chance): Strike[] {
  const count = chance.weighted([
    [1, 7],
    [2, 2],
    [3, 1],
  ] as const);
  const left = new Set(kinds);
  const strikes: Strike[] = [];
  while (strikes.length < count && left.size > 0) {
    const kind = chance.weighted([...left].map((name) => [name, PLANS[name][0]] as const));
    left.delete(kind);
    strikes.push({ kind, ...PLANS[kind][1](scene, chance) });
  }
  return strikes;
}

function sudden(program: Supervised, name: 'SIGKILL' | 'SIGTERM'): Omit<Strike, 'kind'> {
  return { what: `${name} to ${program.name}`, holdMs: 0, begin: () => program.signal(name), end: () => {} };
}

function frozen(program: Supervised, longestMs: number, chance: Chance): Omit<Strike, 'kind'> {
  const holdMs = Math.min(
    longestMs,
    chance.weighted([
      [chance.between(1_000, 2_000), 14],
      [chance.between(2_000, 7_000), 5],
      [chance.between(7_000, 20_000), 1],
    ]),
  );
  return {
    what: `${program.name} stopped for ${holdMs} ms`,
    holdMs,
    begin: () => program.signal('SIGSTOP'),
    end: () => program.signal('SIGCONT'),
  };
}

function killSupervisor({ clusterDir }: Scene, chance: Chance): Omit<Strike, 'kind'> {
  return {
    what: 'SIGKILL to a supervisor of tasks',
    holdMs: 0,
    begin: () => chance.some(supervisorPids(clusterDir), 1).forEach((pid) => signal(pid, 'SIGKILL')),
    end: () => {},
  };
}

function killTasks({ clusterDir }: Scene, chance: Chance): Omit<Strike, 'kind'> {
  const count = chance.between(1, 4);
  return {
    what: `SIGKILL to up to ${count} tasks`,
    holdMs: 0,
    begin: () => chance.some(livingTasks(clusterDir), count).forEach(({ pid }) => signal(pid, 'SIGKILL')),
    end: () => {},
  };
}

function freezeTasks({ clusterDir }: Scene, chance: Chance): Omit<Strike, 'kind'> {
  const count = chance.between(1, 3);
  const holdMs = chance.between(200, 3_000);
  let pids: readonly number[] = [];
  return {
    what: `up to ${count} tasks stopped for ${holdMs} ms`,
    holdMs,
    begin: () => {
      pids = chance.some(livingTasks(clusterDir), count).map(({ pid }) => pid);
      for (const pid of pids) signal(pid, 'SIGSTOP');
    },
    end: () => pids.forEach((pid) => signal(pid, 'SIGCONT')),
  };
}

/** Something between Ekiden and the master, its clients, or the reader of its stream. */
function link(
  { links }: Scene,
  chance: Chance,
  how: string,
  faultOf: (link: { proxy: TcpProxy }) => [begin: () => void, end: () => void],
): Omit<Strike, 'kind'> {
  const { name, proxy } = chance.weighted(links.map((one) => [one, one.weight] as const));
  const holdMs = how === 'cut' || how === 'half-open' ? 0 : chance.between(100, 3_000);
  const [begin, end] = faultOf({ proxy });
  return { what: `${name}: ${how}${holdMs === 0 ? '' : ` for ${holdMs} ms`}`, holdMs, begin, end };
}

function fillDisk({ disk }: Scene, chance: Chance): Omit<Strike, 'kind'> {
  const holdMs = chance.between(200, 3_000);
  return {
    what: `disk full for ${holdMs} ms`,
    holdMs,
    begin: () => disk!.fill(),
    end: () => disk!.makeRoom(),
  };
}

function stepClock({ clocks }: Scene, aheadSeconds: number, chance: Chance): Omit<Strike, 'kind'> {
  const { name, clock } = chance.pick(clocks!);
  return {
    what: `clock of ${name} ${aheadSeconds} s ahead, from ${clock.aheadSeconds} s`,
    holdMs: 0,
    begin: () => clock.step(aheadSeconds),
    end: () => {},
  };
}
