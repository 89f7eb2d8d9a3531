import { signal } from '../support/processes.js';
import type { ServerGroup } from '../support/server-group.js';
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
  begin(): void | Promise<void>;
  /** Puts right what does not put itself right. */
  end(): void | Promise<void>;
}

type Plan = (scene: Scene, chance: Chance) => Omit<Strike, 'kind'>;

/** How often each kind is chosen, and what it is. */
const PLANS: Readonly<Record<FaultKind, readonly [weight: number, Plan]>> = {
  kill: [12, ({ nodes }, chance) => sudden(chance.pick(nodes), 'SIGKILL')],
  freeze: [6, ({ nodes, longestFreezeMs }, chance) => frozen(chance.pick(nodes), longestFreezeMs, chance)],
  term: [5, ({ nodes }, chance) => sudden(chance.pick(nodes), 'SIGTERM')],
  'master-kill': [5, ({ master }) => sudden(master, 'SIGKILL')],
  'master-freeze': [3, ({ master, longestFreezeMs }, chance) => frozen(master, longestFreezeMs, chance)],
  'agent-kill': [6, ({ agents }, chance) => sudden(chance.pick(agents), 'SIGKILL')],
  'agent-freeze': [5, ({ agents, longestFreezeMs }, chance) => unreachable(agents, longestFreezeMs, chance)],
  'supervisor-kill': [4, killSupervisor],
  'task-kill': [10, killTasks],
  'task-freeze': [4, freezeTasks],
  'net-cut': [8, (scene, chance) => link(scene, chance, 'cut', () => ({ begin: (proxy) => proxy.cut() }))],
  'net-silence': [5, (scene, chance) => link(scene, chance, 'silent', silence)],
  'net-slow': [5, (scene, chance) => link(scene, chance, 'slow', slow)],
  'net-half-open': [
    5,
    (scene, chance) =>
      link(scene, chance, 'half-open', () => {
        const side = chance.pick(['client', 'target'] as const);
        return { begin: (proxy) => proxy.abandon(side) };
      }),
  ],
  'disk-full': [5, fillDisk],
  'clock-step': [4, (scene, chance) => stepClock(scene, chance.pick([-3600, 0, 0, 3600]), chance)],
  'clock-jump': [4, (scene, chance) => stepClock(scene, chance.between(-5_000, 5_000) / 1000, chance)],
  'broker-kill': [4, ({ ensemble }, chance) => killServer('broker', ensemble!.kafka, chance)],
  'broker-freeze': [2, ({ ensemble }, chance) => freezeServer('broker', ensemble!.kafka, chance)],
  'zookeeper-kill': [3, ({ ensemble }, chance) => killServer('ZooKeeper', ensemble!.zooKeeper, chance)],
  'zookeeper-freeze': [2, ({ ensemble }, chance) => freezeServer('ZooKeeper', ensemble!.zooKeeper, chance)],
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
  return stopped(program, holdMs);
}

/** Stops an agent for a while; every third time its silence is long enough for its tasks to be given up. */
function unreachable(agents: readonly Supervised[], longestMs: number, chance: Chance): Omit<Strike, 'kind'> {
  const agent = chance.pick(agents);
  const holdMs = Math.min(
    longestMs,
    chance.oneIn(3) ? chance.between(2_500, 8_000) : chance.between(500, 2_500),
  );
  return stopped(agent, holdMs);
}

function stopped(program: Supervised, holdMs: number): Omit<Strike, 'kind'> {
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

/** What is done to each proxy of a link. */
interface Breakage {
  begin(proxy: TcpProxy): void;
  end?(proxy: TcpProxy): void;
}

function silence(chance: Chance): Breakage {
  const endsConnections = chance.oneIn(2);
  return {
    begin: (proxy) => proxy.freeze(),
    end: (proxy) => {
      if (endsConnections) proxy.cut();
      proxy.thaw();
    },
  };
}

function slow(chance: Chance): Breakage {
  const delayMs = chance.between(20, 400);
  return { begin: (proxy) => proxy.slow(delayMs), end: (proxy) => proxy.slow(0) };
}

function link(
  { links }: Scene,
  chance: Chance,
  how: string,
  breakageOf: (chance: Chance) => Breakage,
): Omit<Strike, 'kind'> {
  const { name, proxies } = chance.weighted(links.map((one) => [one, one.weight] as const));
  const { begin, end } = breakageOf(chance);
  const holdMs = end === undefined ? 0 : chance.between(100, 3_000);
  return {
    what: `${name}: ${how}${holdMs === 0 ? '' : ` for ${holdMs} ms`}`,
    holdMs,
    begin: () => proxies.forEach(begin),
    end: () => proxies.forEach((proxy) => end?.(proxy)),
  };
}

function killServer(name: string, group: ServerGroup, chance: Chance): Omit<Strike, 'kind'> {
  const index = chance.between(0, group.size - 1);
  const holdMs = chance.between(0, 3_000);
  return {
    what: `SIGKILL to ${name} ${index + 1}, away for ${holdMs} ms`,
    holdMs,
    begin: () => group.kill(index),
    end: () => group.restart(index),
  };
}

function freezeServer(name: string, group: ServerGroup, chance: Chance): Omit<Strike, 'kind'> {
  const index = chance.between(0, group.size - 1);
  const holdMs = chance.between(1_000, 7_000);
  return {
    what: `${name} ${index + 1} stopped for ${holdMs} ms`,
    holdMs,
    begin: () => group.freeze(index),
    end: () => group.thaw(index),
  };
}

function fillDisk({ disk }: Scene, chance: Chance): Omit<Strike, 'kind'> {
  const holdMs = chance.between(200, 3_000);
  return {
    what: `disk full for ${holdMs} ms`,
    holdMs,
    begin: () => disk!.shrink(),
    end: () => disk!.grow(),
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
