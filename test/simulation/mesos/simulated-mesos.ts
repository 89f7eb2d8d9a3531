import type { Call, CallAnswer, MasterTransport, SubscribeAnswer, SubscribeRequest, TaskInfo } from '#mesos';
import { MASTER } from '../kernel/network.js';
import type { Process } from '../kernel/process.js';
import type { World } from '../kernel/world.js';
import type { Random } from '../kernel/random.js';
import { EventStream } from './event-stream.js';
import { Registry } from './master-state.js';
import { SimulatedAgent, type Machine } from './simulated-agent.js';
import { SimulatedMaster, type StreamFaults } from './simulated-master.js';

/** A call that no master answers fails after so long, ms. */
const CALL_TIMEOUT_MS = 20_000;

/** A crash of the caller around a call. */
export type CallCrash = 'before' | 'after';

/** What a test breaks on purpose between a node and Mesos. */
export interface MesosDefects {
  /** Every launch is sent again with the next offer that is accepted. */
  readonly launchesTwice?: boolean;
  /** Nodes place as if no agent had a name or attributes that matter. */
  readonly skipsConstraints?: boolean;
  /** Kills are never sent. */
  readonly losesKills?: boolean;
}

/** A cluster of Mesos: agents, and the master that leads at the moment, if one does. */
export class SimulatedMesos {
  readonly agents = new Map<string, SimulatedAgent>();
  readonly faults: StreamFaults = { losing: 0, duplicating: 0, delaying: 0 };
  /** How likely it is that a call is carried out and its answer lost, or neither. */
  losingAnswers = 0;
  losingCalls = 0;
  crashAtNextCall: CallCrash | undefined;
  master: SimulatedMaster | undefined;
  private readonly registry = new Registry();
  private readonly random: Random;
  private readonly lastArrival = new Map<string, number>();
  private ids = 0;
  private lastLaunched: TaskInfo | undefined;

  constructor(
    private readonly world: World,
    private readonly crashNode: (node: string, where: string) => void,
    private readonly defects: MesosDefects = {},
  ) {
    this.random = world.random.fork('mesos');
    this.elect();
  }

  addAgent(machine: Machine): SimulatedAgent {
    const { world } = this;
    const id = this.newId('agent');
    const agent = new SimulatedAgent(id, machine, {
      world,
      random: this.random.fork(id),
      words: {
        update: (from, status) => this.toMaster(from, (master) => master.update(from, status)),
        began: (taskId) => world.observer.taskBegan(taskId),
        ended: (taskId) => world.observer.taskEnded(taskId),
      },
    });
    this.agents.set(id, agent);
    this.toMaster(agent, (master) => master.register(agent));
    return agent;
  }

  /** Nobody leads for a while; then a master that knows nothing but the registry. */
  failover(pauseMs: number): void {
    this.master?.breakStream();
    this.master = undefined;
    this.world.time.after(pauseMs, () => {
      if (this.master === undefined) this.elect();
    });
  }

  /** Messages between an agent and the master are lost for a while. */
  partition(agent: SimulatedAgent, durationMs: number): void {
    agent.isReachable = false;
    this.world.time.after(this.random.between(100, 2000), () => {
      if (!agent.isHeard) this.master?.silent(agent);
    });
    this.world.time.after(durationMs, () => this.reconnect(agent));
  }

  /** A machine goes down with everything on it; it comes back, or another one in its place. */
  crashAgent(agent: SimulatedAgent, { downMs, isWiped }: { downMs: number; isWiped: boolean }): void {
    agent.crash();
    this.world.time.after(this.random.between(10, 1000), () => {
      if (!agent.isHeard) this.master?.silent(agent);
    });
    this.world.time.after(downMs, () => {
      if (isWiped) {
        agent.isReplaced = true;
        if (this.world.calm) this.master?.markGone(agent.id);
        return void this.addAgent(agent.machine);
      }
      agent.isUp = true;
      this.reconnect(agent);
    });
  }

  /** Everybody who can comes back; an operator says of the others that they never will. */
  heal(): void {
    if (this.master === undefined) this.elect();
    for (const agent of this.agents.values()) if (agent.isReplaced) this.master?.markGone(agent.id);
    this.faults.losing = this.faults.duplicating = this.faults.delaying = 0;
    this.losingAnswers = this.losingCalls = 0;
    this.crashAtNextCall = undefined;
  }

  /** How long an offer has been waiting for its answer, ms; nothing while no master leads. */
  get oldestOfferMs(): number | undefined {
    return this.master?.oldestOfferMs;
  }

  /** How a process reaches the master. */
  transportFor(process: Process): MasterTransport {
    return {
      subscribe: (request) => process.awaiting(this.subscribe(process, request)),
      connect: () => {
        let isOpen = true;
        return {
          send: (_route, { headers, body }, settle) => {
            const streamId = headers['Mesos-Stream-Id'] ?? '';
            const carried = this.carry(process, streamId, this.broken(JSON.parse(body) as Call));
            void process
              .awaiting(carried)
              .catch((error: Error) => error)
              .then((answer) => settle(isOpen ? answer : new Error('the connection was closed')));
          },
          close: () => (isOpen = false),
        };
      },
    };
  }

  /** The call as it is sent by a node that is broken on purpose. */
  private broken(call: Call): Call {
    if (this.defects.launchesTwice !== true || call.type !== 'ACCEPT') return call;
    const [operation] = call.accept.operations ?? [];
    if (operation?.type !== 'LAUNCH') return call;
    const former = this.lastLaunched;
    this.lastLaunched = operation.launch.task_infos?.[0];
    if (former === undefined || former.agent_id.value !== this.lastLaunched?.agent_id.value) return call;
    operation.launch.task_infos = [...(operation.launch.task_infos ?? []), former];
    return call;
  }

  private elect(): void {
    const name = this.newId('master');
    const master: SimulatedMaster = new SimulatedMaster(name, {
      world: this.world,
      random: this.random.fork(name),
      registry: this.registry,
      faults: this.faults,
      hidesAgents: this.defects.skipsConstraints === true,
      frameworkId: 'framework-1',
      agentById: (id) => this.agents.get(id),
      isCurrent: () => this.master === master,
      toAgent: (agent, act) => this.inOrder(`to ${agent.id}`, () => agent.isHeard && act()),
      newId: (kind) => this.newId(kind),
    });
    this.master = master;
    this.world.trace.note('MESOS', `${name} leads`);
    for (const agent of this.agents.values()) {
      this.world.time.after(this.random.between(10, 8000), () => {
        if (agent.isHeard) this.toMaster(agent, (leading) => leading.register(agent));
      });
    }
  }

  private reconnect(agent: SimulatedAgent): void {
    agent.isReachable = true;
    if (!agent.isUp) return;
    this.toMaster(agent, (master) => master.register(agent));
    agent.resend();
  }

  private toMaster(agent: SimulatedAgent, act: (master: SimulatedMaster) => void): void {
    this.inOrder(`from ${agent.id}`, () => {
      if (agent.isHeard && this.master !== undefined) act(this.master);
    });
  }

  /** Messages of one sender to one receiver arrive in their order. */
  private inOrder(link: string, act: () => void): void {
    const { time, network } = this.world;
    const atMs = Math.max(time.nowMs + network.latencyMs(), this.lastArrival.get(link) ?? 0);
    this.lastArrival.set(link, atMs);
    time.after(atMs - time.nowMs, act);
  }

  private async subscribe(process: Process, request: SubscribeRequest): Promise<SubscribeAnswer> {
    await this.travel();
    const isCut = (): boolean => this.world.network.isCut(process.node, MASTER);
    if (isCut()) await this.travel(2000);
    const { master } = this;
    if (master === undefined || isCut()) return { kind: 'unreachable', message: 'connection refused' };
    if (request.signal.aborted || !process.isAlive) return { kind: 'unreachable', message: 'given up' };
    request.onConnected();
    const stream: EventStream = new EventStream(this.newId('stream'), {
      world: this.world,
      process,
      onClose: () => this.world.time.after(this.world.network.latencyMs(), () => master.streamClosed(stream)),
    });
    this.world.trace.note('MESOS', `${process.node} subscribes with ${master.name}`);
    master.subscribe(stream, JSON.parse(request.body) as Extract<Call, { type: 'SUBSCRIBE' }>);
    await this.travel();
    return { kind: 'stream', stream };
  }

  private async carry(process: Process, streamId: string, call: Call): Promise<CallAnswer> {
    const { node } = process;
    const crash = call.type === 'ACCEPT' || call.type === 'KILL' ? this.crashAtNextCall : undefined;
    if (crash !== undefined) this.crashAtNextCall = undefined;
    if (crash === 'before') this.crashNode(node, `before ${call.type}`);
    // What a process has not sent when it ends is never sent.
    if (!process.isAlive) return new Promise(() => undefined);
    await this.travel();
    if (this.world.network.isCut(node, MASTER)) return this.givenUp();
    if (this.random.chance(this.losingCalls)) {
      this.world.trace.fault('call lost', `${node} ${call.type}`);
      return this.givenUp();
    }
    if (call.type === 'KILL' && this.defects.losesKills === true)
      return { status: 202, text: '', pauseMs: undefined };
    const { master } = this;
    if (master === undefined) return { status: 503, text: 'no master leads', pauseMs: undefined };
    const answer = master.call(node, streamId, call);
    if (crash === 'after') this.crashNode(node, `after ${call.type}`);
    if (this.random.chance(this.losingAnswers)) {
      this.world.trace.fault('answer lost', `${node} ${call.type}`);
      return this.givenUp();
    }
    await this.travel();
    return { ...answer, pauseMs: undefined };
  }

  private async givenUp(): Promise<never> {
    await this.travel(this.random.chance(0.5) ? 5 : CALL_TIMEOUT_MS);
    throw new Error('no answer');
  }

  private travel(extraMs = 0): Promise<void> {
    return new Promise((resolve) => this.world.time.after(this.world.network.latencyMs() + extraMs, resolve));
  }

  private newId(kind: string): string {
    this.ids += 1;
    return `${kind}-${this.ids}`;
  }
}
