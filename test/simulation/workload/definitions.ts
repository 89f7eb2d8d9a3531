import type { Random } from '../kernel/random.js';
import type { Behaviour } from '../mesos/task-behaviour.js';

const BEHAVIOURS: Readonly<Record<Behaviour, number>> = {
  steady: 12,
  slow: 3,
  crashy: 3,
  doomed: 1,
  finisher: 1,
  sick: 3,
  stubborn: 2,
};

/** With agents as {@link addAgents} makes them every one of these can be met by some number of instances. */
const CONSTRAINTS: readonly (readonly (readonly string[])[])[] = [
  [],
  [],
  [],
  [['hostname', 'UNIQUE']],
  [['rack', 'GROUP_BY']],
  [['rack', 'GROUP_BY', '3']],
  [['hostname', 'MAX_PER', '2']],
  [['rack', 'CLUSTER', 'r1']],
  [['rack', 'CLUSTER']],
  [['zone', 'LIKE', 'z[12]']],
  [['hostname', 'UNLIKE', 'host1.*']],
  [['rack', 'IS', 'r2']],
  [
    ['hostname', 'MAX_PER', '3'],
    ['zone', 'GROUP_BY'],
  ],
];

const HEALTH_CHECKS = [
  [],
  [],
  [{ protocol: 'TCP', portIndex: 0, gracePeriodSeconds: 30, intervalSeconds: 5, maxConsecutiveFailures: 3 }],
  [{ protocol: 'HTTP', portIndex: 0, gracePeriodSeconds: 5, intervalSeconds: 10, maxConsecutiveFailures: 1 }],
  [
    {
      protocol: 'HTTP',
      portIndex: 0,
      gracePeriodSeconds: 60,
      intervalSeconds: 20,
      maxConsecutiveFailures: 0,
    },
  ],
  [{ protocol: 'MESOS_TCP', portIndex: 0, gracePeriodSeconds: 30, maxConsecutiveFailures: 3 }],
  [
    { protocol: 'TCP', portIndex: 0, gracePeriodSeconds: 30, intervalSeconds: 15, maxConsecutiveFailures: 2 },
    { protocol: 'MESOS_HTTP', path: '/', portIndex: 0, gracePeriodSeconds: 30, maxConsecutiveFailures: 3 },
  ],
];

const UNREACHABLE = [
  undefined,
  { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 },
  { inactiveAfterSeconds: 20, expungeAfterSeconds: 60 },
  { inactiveAfterSeconds: 60, expungeAfterSeconds: 3600 },
  'disabled',
] as const;

/** The apps of a run; their number and depth vary. */
export const APP_IDS = ['/a', '/b', '/g/a', '/g/b', '/g/h/c', '/z/d'] as const;

/** A definition in the form of the API. `mark`: what its command says, unlike that of any other. */
export function anyDefinition(random: Random, id: string, mark: string): Record<string, unknown> {
  const unreachableStrategy = random.pick(UNREACHABLE);
  const isReadinessChecked = random.chance(0.15);
  return {
    id,
    cmd: mark,
    instances: random.pick([0, 1, 1, 2, 3, 4, 6]),
    cpus: random.pick([0.1, 0.5, 1]),
    mem: random.pick([32, 64, 256]),
    upgradeStrategy: {
      minimumHealthCapacity: random.pick([0, 0.5, 0.75, 1]),
      maximumOverCapacity: random.pick([0, 0.25, 0.5, 1]),
    },
    constraints: random.pick(CONSTRAINTS),
    healthChecks: random.pick(HEALTH_CHECKS),
    readinessChecks: isReadinessChecked ? [{ portName: 'http', intervalSeconds: 5, timeoutSeconds: 2 }] : [],
    portDefinitions: [{ port: 0, name: 'http' }],
    backoffSeconds: random.pick([1, 1, 5]),
    backoffFactor: random.pick([1.15, 1.5, 2]),
    maxLaunchDelaySeconds: random.pick([10, 60, 300]),
    taskKillGracePeriodSeconds: random.pick([1, 5]),
    ...(unreachableStrategy === undefined ? {} : { unreachableStrategy }),
  };
}

/** The command of a task says how it behaves, and tells one definition from all others. */
export const markOf = (random: Random, number: number): string => `${random.weighted(BEHAVIOURS)} #${number}`;
