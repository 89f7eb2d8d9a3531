import { array, assert, boolean, constantFrom, nat, property, record, type Arbitrary } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MesosTaskState, Offer } from '../cluster/mesos-shapes.js';
import { parseTaskId } from '../ids/instance-id.js';
import { isCounted, isDying, mustBeKilled, type Instance } from '../instances/instance.js';
import { evolve } from '../state/evolve.js';
import { captureSnapshot, restoreSnapshot } from '../state/snapshot.js';
import { State } from '../state/state.js';
import type { Effect } from './effect.js';
import { recorded, Scenario } from './scenario.fixture.js';
import { SimulatedMesos, type LaunchFate } from './simulated-mesos.fixture.js';

const APPS = ['/web', '/shop/db', '/shop/front'] as const;
const FATES: readonly LaunchFate[] = ['delivered', 'delivered', 'failed', 'uncertain, delivered', 'uncertain, lost'];
const NEXT_STATES: readonly MesosTaskState[] = [
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

interface Step {
  readonly act: keyof typeof ACTS;
  readonly appId: string;
  readonly pick: number;
  readonly flag: boolean;
  /** The effects of this step are still on their way when the next one happens. */
  readonly slow: boolean;
  readonly fate: LaunchFate;
}

const definition = (id: string, pick: number) => ({
  id,
  cmd: `version ${pick % 3}`,
  instances: pick % 5,
  upgradeStrategy: {
    minimumHealthCapacity: [0, 0.5, 1][pick % 3],
    maximumOverCapacity: [0, 0.5, 1][(pick >> 2) % 3],
  },
  unreachableStrategy: [
    { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 },
    { inactiveAfterSeconds: 10, expungeAfterSeconds: 60 },
    'disabled',
  ][(pick >> 3) % 3],
});

/** What may happen: people, the cluster, the network and time. */
const ACTS = {
  create: ({ scenario }: Life, { appId, pick, flag }: Step) => void scenario.create(definition(appId, pick), flag),
  scale: ({ scenario }: Life, { appId, pick, flag }: Step) =>
    void scenario.put(appId, { instances: pick % 6 }, flag),
  upgrade: ({ scenario }: Life, { appId, pick, flag }: Step) =>
    void scenario.put(appId, { cmd: `version ${pick % 5}`, instances: pick % 4 }, flag),
  restart: ({ scenario }: Life, { appId, flag }: Step) =>
    void scenario.submit({ type: 'RestartApp', appId, force: flag }),
  remove: ({ scenario }: Life, { appId, flag }: Step) =>
    void scenario.submit({ type: 'DeleteApp', appId, force: flag }),
  bulk: ({ scenario }: Life, { pick, flag }: Step) =>
    void scenario.submit({
      type: 'UpdateApps',
      json: APPS.slice(pick % 2).map((id) => definition(id, pick)),
      force: flag,
      partialUpdate: flag,
      createMissing: true,
    }),
  kill: ({ scenario }: Life, { appId, flag }: Step) =>
    void scenario.submit({ type: 'KillTasks', selection: { appId }, wipe: flag }),
  killOne: (life: Life, { pick, flag }: Step) =>
    void life.scenario.submit({ type: 'KillTasks', selection: { taskIds: life.someTask(pick) }, wipe: flag }),
  killAndScale: (life: Life, { pick, flag }: Step) =>
    void life.scenario.submit({ type: 'KillAndScale', selection: { taskIds: life.someTask(pick) }, force: flag }),
  cancel: ({ scenario }: Life, { pick, flag }: Step) => {
    const ids = [...scenario.state.deployments.keys()];
    const deploymentId = ids[pick % Math.max(ids.length, 1)] ?? 'unknown';
    scenario.submit({ type: 'CancelDeployment', deploymentId, force: flag });
  },
  offer: (life: Life, { pick, flag }: Step) => life.offer(1 + (pick % 3), flag ? 1000 : pick % 4),
  progress: (life: Life, { pick, appId }: Step) => life.progress(pick, appId),
  deliver: (life: Life) => life.deliver(),
  again: (life: Life, { pick }: Step) => life.scenario.state.frameworkId && life.mesos.redeliver(pick),
  stranger: ({ scenario }: Life, { pick, flag }: Step) => {
    const id = `other.instance-00000000-0000-1000-8000-00000000000${pick % 3}._app.1`;
    scenario.status(id, NEXT_STATES[pick % NEXT_STATES.length]!, flag ? {} : { uuid: undefined });
  },
  disconnect: (life: Life) => life.disconnect(),
  connect: ({ scenario }: Life) => void scenario.connected(),
  failover: (life: Life) => life.failover(),
  second: ({ scenario }: Life) => scenario.advance(1000),
  while: ({ scenario }: Life, { pick }: Step) => scenario.advance(1000 * (pick % 90)),
};

/** One run: the scheduler, the cluster it talks to, and a reader of the log that keeps up with it. */
class Life {
  readonly scenario = new Scenario({ maxInstancesPerOffer: 3 }).connected();
  readonly mesos = new SimulatedMesos(this.scenario);
  private readonly reader = new State();
  private read = 0;

  take(step: Step): void {
    ACTS[step.act](this, step);
    if (!step.slow) this.carryOut(step.fate);
    this.check();
  }

  carryOut(fate: LaunchFate): void {
    for (let effects = this.take_(); effects.length > 0; effects = this.take_()) this.mesos.carryOut(effects, fate);
  }

  /** The effects since the last look, each of them checked. */
  private take_(): Effect[] {
    const effects = this.scenario.takeAllEffects();
    for (const effect of effects) this.checkEffect(effect);
    return effects;
  }
}
