import type { SimulatedElection } from '../election/simulated-election.js';
import { BROKERS, ENSEMBLE, MASTER } from '../kernel/network.js';
import type { Random } from '../kernel/random.js';
import type { World } from '../kernel/world.js';
import type { LogFaults } from '../log/log-faults.js';
import type { SimulatedMesos } from '../mesos/simulated-mesos.js';
import type { SimulatedNode } from '../node/simulated-node.js';

const KINDS = {
  crashLeader: 5,
  crashNode: 2,
  crashAtAppend: 4,
  crashAtCall: 4,
  partition: 6,
  partitionNodes: 2,
  expireSession: 2,
  deposeInAppend: 3,
  failAppends: 3,
  unknownAppends: 3,
  slowAppends: 2,
  logDown: 1,
  masterFailover: 3,
  breakStream: 3,
  looseUpdates: 3,
  looseCalls: 3,
  agentPartition: 4,
  agentCrash: 3,
  agentReplaced: 2,
  rescind: 2,
  clockJump: 3,
  slowNetwork: 2,
  slowProcessor: 2,
  abdicate: 1,
};

export type FaultKind = keyof typeof KINDS;

export interface FaultTargets {
  readonly world: World;
  readonly nodes: readonly SimulatedNode[];
  readonly mesos: SimulatedMesos;
  readonly election: SimulatedElection;
  readonly log: LogFaults;
}

/** What goes wrong in a run, and when: each seed has its own mix, some a calm one. */
export class FaultScript {
  private readonly random: Random;
  private readonly weights: Record<FaultKind, number>;
  private readonly meanPauseMs: number;
  private isOver = false;

  constructor(private readonly targets: FaultTargets) {
    this.random = targets.world.random.fork('faults');
    this.weights = { ...KINDS };
    // Not every run has every fault, so that the rare ones meet each other, too.
    for (const kind of Object.keys(KINDS) as FaultKind[]) if (this.random.chance(0.5)) this.weights[kind] = 0;
    this.meanPauseMs = this.random.pick([2500, 6000, 12_000, 30_000]);
  }

  begin(): void {
    this.targets.world.time.after(this.random.around(this.meanPauseMs) + 3000, () => {
      if (this.isOver) return;
      if (Object.values(this.weights).some((weight) => weight > 0))
        this.strike(this.random.weighted(this.weights));
      this.begin();
    });
  }

  /** Nothing goes wrong any more, and what did is mended. */
  end(): void {
    this.isOver = true;
    const { world, nodes, mesos, log } = this.targets;
    world.calm = true;
    world.time.costPerLookMs = 0;
    world.network.slowness = 1;
    world.network.mendAll();
    log.calm();
    mesos.heal();
    for (const node of nodes) node.clockOffsetMs = 0;
  }

  private strike(kind: FaultKind): void {
    const { world, nodes, mesos, election, log } = this.targets;
    const { random } = this;
    const node = random.pick(nodes)!;
    const leader = nodes.find(({ leads }) => leads);
    const agent = random.pick([...mesos.agents.values()].filter(({ isHeard }) => isHeard));
    const durationMs = random.around(random.pick([1000, 8000, 25_000]));
    switch (kind) {
      case 'crashLeader':
        return leader?.crash('as leader');
      case 'crashNode':
        return node.crash('at any time');
      case 'crashAtAppend':
        return log.crashAtNextAppend(random.pick(['before', 'after']));
      case 'crashAtCall':
        mesos.crashAtNextCall = random.pick(['before', 'after']);
        return;
      case 'partition': {
        const place = random.pick([MASTER, ENSEMBLE, BROKERS]);
        return this.cut(random.chance(0.6) ? (leader ?? node).name : node.name, place, durationMs);
      }
      case 'partitionNodes':
        return this.cut(node.name, random.pick(nodes)!.name, durationMs);
      case 'expireSession':
        world.trace.fault(kind, (leader ?? node).name);
        return election.expire((leader ?? node).name);
      case 'deposeInAppend':
        return log.holdNextAppend((writer) => election.expire(writer));
      case 'failAppends':
        return this.setFor(kind, durationMs, (isOn) => (log.failing = isOn ? 0.3 : 0));
      case 'unknownAppends':
        return this.setFor(kind, durationMs, (isOn) => (log.losing = isOn ? 0.3 : 0));
      case 'slowAppends':
        return this.setFor(kind, durationMs, (isOn) => (log.slow = isOn ? 0.4 : 0));
      case 'logDown':
        return this.setFor(kind, durationMs, (isOn) => (log.isDown = isOn));
      case 'masterFailover':
        world.trace.fault(kind);
        return mesos.failover(random.around(5000));
      case 'breakStream':
        world.trace.fault(kind);
        return mesos.master?.breakStream();
      case 'looseUpdates':
        return this.setFor(kind, durationMs, (isOn) => {
          mesos.faults.losing = mesos.faults.duplicating = isOn ? 0.2 : 0;
          mesos.faults.delaying = isOn ? 0.4 : 0;
        });
      case 'looseCalls':
        return this.setFor(kind, durationMs, (isOn) => {
          mesos.losingAnswers = mesos.losingCalls = isOn ? 0.15 : 0;
        });
      case 'agentPartition':
        if (agent === undefined) return;
        world.trace.fault(kind, `${agent.id} ${durationMs * 6} ms`);
        return mesos.partition(agent, durationMs * 6);
      case 'agentCrash':
      case 'agentReplaced':
        if (agent === undefined) return;
        world.trace.fault(kind, `${agent.id} ${durationMs * 4} ms`);
        return mesos.crashAgent(agent, { downMs: durationMs * 4, isWiped: kind === 'agentReplaced' });
      case 'rescind':
        world.trace.fault(kind);
        return mesos.master?.rescindSome();
      case 'clockJump':
        node.clockOffsetMs += random.between(-120_000, 180_000);
        return world.trace.fault(kind, `${node.name} ${node.clockOffsetMs} ms off`);
      case 'slowNetwork':
        return this.setFor(kind, durationMs, (isOn) => (world.network.slowness = isOn ? 100 : 1));
      case 'slowProcessor':
        return this.setFor(kind, durationMs, (isOn) => (world.time.costPerLookMs = isOn ? 1 : 0));
      case 'abdicate':
        if (leader?.life?.term.abdicate() === true) world.trace.fault(kind, leader.name);
    }
  }

  private cut(a: string, b: string, durationMs: number): void {
    if (a === b) return;
    const { network, time, trace } = this.targets.world;
    trace.fault('partition', `${a} from ${b} for ${durationMs} ms`);
    network.cut(a, b);
    time.after(durationMs, () => network.mend(a, b));
  }

  private setFor(kind: FaultKind, durationMs: number, set: (isOn: boolean) => void): void {
    this.targets.world.trace.fault(kind, `${durationMs} ms`);
    set(true);
    this.targets.world.time.after(durationMs, () => {
      if (!this.isOver) set(false);
    });
  }
}
