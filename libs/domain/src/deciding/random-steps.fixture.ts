import { boolean, constantFrom, nat, record } from 'fast-check';
import type { MesosTaskState } from '../cluster/mesos-shapes.js';
import type { RandomLife } from './random-life.fixture.js';
import type { LaunchFate } from './simulated-mesos.fixture.js';

const APPS = ['/web', '/shop/db', '/shop/front'] as const;
const FATES: readonly LaunchFate[] = [
  'delivered',
  'delivered',
  'failed',
  'uncertain, delivered',
  'uncertain, lost',
];
const STATES: readonly MesosTaskState[] = [
  'TASK_STARTING',
  'TASK_RUNNING',
  'TASK_RUNNING',
  'TASK_KILLING',
  'TASK_FAILED',
  'TASK_FINISHED',
  'TASK_KILLED',
  'TASK_UNREACHABLE',
  'TASK_GONE',
];
const UNREACHABLE_STRATEGIES = [
  { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 },
  { inactiveAfterSeconds: 10, expungeAfterSeconds: 60 },
  { inactiveAfterSeconds: 10, expungeAfterSeconds: 100_000 },
  'disabled',
];

export interface Step {
  readonly act: keyof typeof ACTS;
  readonly appId: string;
  readonly state: MesosTaskState;
  readonly pick: number;
  readonly flag: boolean;
  /** What the step leads to is still on its way when the next one happens. */
  readonly slow: boolean;
  readonly fate: LaunchFate;
}

const HEALTH_CHECKS = [
  [],
  [{ protocol: 'TCP', portIndex: 0, gracePeriodSeconds: 5, maxConsecutiveFailures: 1 }],
  [
    { protocol: 'HTTP', portIndex: 0, gracePeriodSeconds: 0, maxConsecutiveFailures: 0 },
    { protocol: 'MESOS_TCP', portIndex: 0, gracePeriodSeconds: 0, maxConsecutiveFailures: 2 },
  ],
];

const definition = (id: string, pick: number) => ({
  id,
  cmd: `version ${pick % 3}`,
  instances: pick % 5,
  upgradeStrategy: {
    minimumHealthCapacity: [0, 0.5, 1][pick % 3],
    maximumOverCapacity: [0, 0.5, 1][(pick >> 2) % 3],
  },
  unreachableStrategy: UNREACHABLE_STRATEGIES[(pick >> 3) % UNREACHABLE_STRATEGIES.length],
  portDefinitions: [{ port: 0, name: 'http' }],
  healthChecks: HEALTH_CHECKS[(pick >> 5) % HEALTH_CHECKS.length],
  readinessChecks: pick % 7 === 0 ? [{ portName: 'http' }] : [],
});

/** What may happen: people, the cluster, the network and time. */
export const ACTS = {
  create: ({ scenario }: RandomLife, { appId, pick, flag }: Step) =>
    scenario.create(definition(appId, pick), flag),
  scale: ({ scenario }: RandomLife, { appId, pick, flag }: Step) =>
    scenario.put(appId, { instances: pick % 6 }, flag),
  upgrade: ({ scenario }: RandomLife, { appId, pick, flag }: Step) =>
    scenario.put(appId, { cmd: `version ${pick % 5}`, instances: pick % 4 }, flag),
  restart: ({ scenario }: RandomLife, { appId, flag }: Step) =>
    scenario.submit({ type: 'RestartApp', appId, force: flag }),
  remove: ({ scenario }: RandomLife, { appId, flag }: Step) =>
    scenario.submit({ type: 'DeleteApp', appId, force: flag }),
  updateAll: ({ scenario }: RandomLife, { pick, flag }: Step) => {
    const items = APPS.slice(pick % 2).map((id) => definition(id, pick));
    scenario.submit({ type: 'UpdateApps', items, force: flag, partialUpdate: true, createMissing: true });
  },
  shrinkAll: ({ scenario }: RandomLife, { pick, flag }: Step) =>
    scenario.submit({
      type: 'PutGroup',
      groupId: '/',
      json: { scaleBy: (pick % 3) / 2 },
      force: flag,
      dryRun: false,
    }),
  rollAllBack: ({ scenario }: RandomLife, { pick, flag }: Step) => {
    const versions = scenario.state.groupVersions('/');
    const version = versions[pick % Math.max(versions.length, 1)] ?? scenario.state.rootVersion;
    scenario.submit({ type: 'PutGroup', groupId: '/', json: { version }, force: flag, dryRun: false });
  },
  removeAll: ({ scenario }: RandomLife, { flag }: Step) =>
    scenario.submit({ type: 'DeleteGroup', groupId: '/', force: flag }),
  killApp: ({ scenario }: RandomLife, { appId, flag }: Step) =>
    scenario.submit({ type: 'KillTasks', selection: { appId }, wipe: flag }),
  killTasks: (life: RandomLife, { pick, flag }: Step) =>
    life.scenario.submit({ type: 'KillTasks', selection: { taskIds: life.someTask(pick) }, wipe: flag }),
  killAndScale: (life: RandomLife, { pick, flag }: Step) =>
    life.scenario.submit({ type: 'KillAndScale', selection: { taskIds: life.someTask(pick) }, force: flag }),
  cancel: ({ scenario }: RandomLife, { pick, flag }: Step) => {
    const ids = [...scenario.state.deployments.keys()];
    const deploymentId = ids[pick % Math.max(ids.length, 1)] ?? 'unknown';
    scenario.submit({ type: 'CancelDeployment', deploymentId, force: flag });
  },
  resetDelay: ({ scenario }: RandomLife, { appId }: Step) => scenario.submit({ type: 'ResetDelay', appId }),
  offer: (life: RandomLife, { pick, flag }: Step) => life.offer(1 + (pick % 3), flag ? 1000 : pick % 4),
  progress: (life: RandomLife, { pick, state }: Step) => life.progress(pick, state),
  probe: (life: RandomLife, { pick, flag }: Step) => life.probe(pick, flag),
  deliver: (life: RandomLife) => life.deliver(),
  redeliver: (life: RandomLife, { pick }: Step) => life.redeliver(pick),
  stranger: ({ scenario }: RandomLife, { pick, state, flag }: Step) => {
    const id = `other.instance-00000000-0000-1000-8000-00000000000${pick % 3}._app.1`;
    scenario.status(id, state, flag ? {} : { uuid: undefined });
  },
  disconnect: (life: RandomLife) => life.disconnect(),
  connect: ({ scenario }: RandomLife) => scenario.connected(),
  failover: (life: RandomLife) => life.failover(),
  hurry: ({ scenario }: RandomLife, { flag }: Step) => {
    scenario.hurried = flag;
  },
  aSecond: ({ scenario }: RandomLife) => scenario.advance(1000),
  aWhile: ({ scenario }: RandomLife, { pick }: Step) => scenario.advance(1000 * (pick % 90)),
};

/** Acts as often as they are listed: without offers and progress nothing would ever run. */
const MIX: readonly (keyof typeof ACTS)[] = [
  ...(Object.keys(ACTS) as (keyof typeof ACTS)[]),
  ...(['create', 'offer', 'offer', 'offer', 'progress', 'progress', 'progress', 'progress'] as const),
  ...(['deliver', 'deliver', 'deliver', 'deliver', 'aSecond', 'connect', 'scale', 'upgrade'] as const),
  ...(['probe', 'probe', 'probe', 'probe'] as const),
];

export const step = record<Step>({
  act: constantFrom(...MIX),
  appId: constantFrom(...APPS),
  state: constantFrom(...STATES),
  pick: nat(999),
  flag: boolean(),
  slow: boolean(),
  fate: constantFrom(...FATES),
});
