import type { Call, Event, TaskInfo, TaskStatus } from '#mesos';
import type { World } from '../kernel/world.js';
import type { Random } from '../kernel/random.js';
import { Allocator } from './allocator.js';
import type { EventStream } from './event-stream.js';
import { fits, holdingOf, less, type KnownTask, type Registry } from './master-state.js';
import { isTerminal, type SimulatedAgent } from './simulated-agent.js';

const HEARTBEAT_MS = 15_000;
/** So long an agent may be silent, ms. */
const AGENT_TIMEOUT_MS = 75_000;

/** How a call is answered. */
export interface Answer {
  readonly status: number;
  readonly text: string;
}

const ACCEPTED: Answer = { status: 202, text: '' };

/** What goes wrong between the master and its framework. */
export interface StreamFaults {
  losing: number;
  duplicating: number;
  delaying: number;
}

export interface MasterParts {
  readonly world: World;
  readonly random: Random;
  readonly registry: Registry;
  readonly faults: StreamFaults;
  /** Offers say of every agent that it is another one each time. */
  readonly hidesAgents: boolean;
  readonly frameworkId: string;
  readonly agentById: (id: string) => SimulatedAgent | undefined;
  readonly isCurrent: () => boolean;
  /** Brings a message to an agent, if it arrives. */
  readonly toAgent: (agent: SimulatedAgent, act: () => void) => void;
  readonly newId: (kind: string) => string;
}

type CallOf<Type extends Call['type']> = Extract<Call, { type: Type }>;

/** The leading master from its election to its end. What it knows it has from the registry and from agents. */
export class SimulatedMaster {
  private readonly tasks = new Map<string, KnownTask>();
  /** Agents that are registered; `false` while one is silent. */
  private readonly registered = new Map<string, boolean>();
  private readonly allocator: Allocator;
  private stream: EventStream | undefined;

  constructor(
    readonly name: string,
    private readonly parts: MasterParts,
  ) {
    const { world, isCurrent, newId, frameworkId, registry } = parts;
    this.allocator = new Allocator({
      world,
      isCurrent,
      newId: () => newId('offer'),
      frameworkId: () => frameworkId,
      hidesAgents: parts.hidesAgents,
      agents: () => this.offeredAgents(),
      tasks: () => this.tasks.values(),
      offer: (offers) => this.tell({ type: 'OFFERS', offers: { offers } }),
      rescind: (value) => this.tell({ type: 'RESCIND', rescind: { offer_id: { value } } }),
    });
    this.beat();
    for (const id of registry.admitted) this.expectBack(id);
  }

  /** Tasks that hold resources, for those who check the books. */
  get knownTasks(): Iterable<KnownTask> {
    return this.tasks.values();
  }

  /** How long an offer has been waiting for its answer, ms; 0 when none waits. */
  get oldestOfferMs(): number {
    const { nowMs } = this.parts.world.time;
    let oldestMs = nowMs;
    for (const { madeAtMs } of this.allocator.offers.values()) oldestMs = Math.min(oldestMs, madeAtMs);
    return nowMs - oldestMs;
  }

  subscribe(stream: EventStream, call: CallOf<'SUBSCRIBE'>): void {
    const former = this.stream;
    if (former !== undefined) {
      former.push({ type: 'ERROR', error: { message: 'Framework failed over' } });
      former.end('the framework failed over');
    }
    this.stream = stream;
    this.allocator.begin((call.subscribe.suppressed_roles ?? []).length > 0);
    this.tell({
      type: 'SUBSCRIBED',
      subscribed: {
        framework_id: { value: this.parts.frameworkId },
        heartbeat_interval_seconds: HEARTBEAT_MS / 1000,
        master_info: { id: this.name, ip: 1, port: 5050, hostname: this.name, version: '1.11.0' },
      },
    });
    this.tell({ type: 'HEARTBEAT' });
  }

  streamClosed(stream: EventStream): void {
    if (this.stream !== stream) return;
    this.stream = undefined;
    this.allocator.end();
  }

  /** The connection to the framework breaks. */
  breakStream(): void {
    const { stream } = this;
    if (stream === undefined) return;
    this.streamClosed(stream);
    stream.break('connection reset');
  }

  get subscriber(): string | undefined {
    return this.stream?.node;
  }

  rescindSome(): void {
    const [offer] = this.allocator.offers.values();
    if (offer !== undefined) this.allocator.rescindOf(offer.agentId);
  }

  /** @param streamId the stream that the caller believes in. */
  call(node: string, streamId: string, call: Call): Answer {
    if (this.stream?.streamId !== streamId) {
      return { status: 403, text: 'Framework is not subscribed' };
    }
    switch (call.type) {
      case 'ACCEPT':
        this.accept(node, call);
        break;
      case 'DECLINE':
        for (const { value } of call.decline.offer_ids)
          this.allocator.take(value, call.decline.filters?.refuse_seconds);
        break;
      case 'KILL':
        this.kill(node, call.kill.task_id.value, call.kill.agent_id?.value);
        break;
      case 'ACKNOWLEDGE':
        this.acknowledge(node, call);
        break;
      case 'RECONCILE':
        this.reconcile(call.reconcile.tasks ?? []);
        break;
      case 'REVIVE':
        this.allocator.revive();
        break;
      case 'UPDATE_FRAMEWORK':
        this.allocator.suppress((call.update_framework.suppressed_roles ?? []).length > 0);
        break;
      default:
        return { status: 400, text: `not simulated: ${call.type}` };
    }
    return ACCEPTED;
  }

  /** An agent introduces itself, new or again, with the tasks it has. */
  register(agent: SimulatedAgent): void {
    const { registry, world } = this.parts;
    if (registry.gone.has(agent.id)) return;
    const wasUnreachable = registry.unreachable.delete(agent.id);
    registry.admitted.add(agent.id);
    this.registered.set(agent.id, true);
    for (const { info, state, updates } of agent.tasks.values()) {
      const id = info.task_id.value;
      const lastStatus = updates.at(-1);
      if (isTerminal(state) && updates.length === 0) continue;
      const known = this.tasks.get(id);
      if (known === undefined) {
        // The master goes by what it was told last, which may be older than what the agent knows.
        const told = updates[0]?.state ?? state;
        this.tasks.set(id, this.knownTask(info, { agentId: agent.id, state: told, lastStatus }));
      }
      if (wasUnreachable) this.answer(id, agent.id, 'REASON_AGENT_REREGISTERED');
    }
    for (const task of this.tasks.values()) {
      if (task.agentId !== agent.id || isTerminal(task.state)) continue;
      if (!agent.tasks.has(task.info.task_id.value)) {
        this.parts.toAgent(agent, () => agent.drop(task.info));
      }
    }
    world.trace.note('MESOS', `agent ${agent.id} is registered`);
    this.allocator.wake();
  }

  /** The agent is not heard any more. */
  silent(agent: SimulatedAgent): void {
    if (this.registered.get(agent.id) !== true) return;
    this.registered.set(agent.id, false);
    this.allocator.rescindOf(agent.id);
    this.expectBack(agent.id);
  }

  /** An operator says that the agent never comes back. */
  markGone(agentId: string): void {
    this.parts.registry.gone.add(agentId);
    this.parts.registry.unreachable.delete(agentId);
    this.remove(agentId, 'TASK_GONE_BY_OPERATOR', { reason: 'REASON_AGENT_REMOVED_BY_OPERATOR' });
  }

  update(agent: SimulatedAgent, status: TaskStatus): void {
    if (this.registered.get(agent.id) !== true) return;
    const task = this.tasks.get(status.task_id.value);
    if (task !== undefined) {
      task.state = status.state;
      task.lastStatus = status;
      task.healthy = status.healthy ?? task.healthy;
      if (isTerminal(status.state)) this.allocator.wake();
    }
    const { faults, random, world } = this.parts;
    if (random.chance(faults.losing)) return world.trace.fault('update lost', status.task_id.value);
    const extraMs = random.chance(faults.delaying) ? random.around(800) : 0;
    if (extraMs > 0) world.trace.fault('update delayed', `${status.task_id.value} ${extraMs} ms`);
    world.time.after(extraMs, () => this.tell({ type: 'UPDATE', update: { status } }));
    if (random.chance(faults.duplicating)) {
      world.trace.fault('update duplicated', status.task_id.value);
      world.time.after(random.around(500), () => this.tell({ type: 'UPDATE', update: { status } }));
    }
  }

  private *offeredAgents(): Iterable<SimulatedAgent> {
    for (const [id, isConnected] of this.registered) {
      const agent = this.parts.agentById(id);
      if (isConnected && agent !== undefined) yield agent;
    }
  }

  private accept(node: string, { accept }: CallOf<'ACCEPT'>): void {
    const { world } = this.parts;
    const offers = accept.offer_ids.map(({ value }) =>
      this.allocator.take(value, accept.filters?.refuse_seconds),
    );
    const infos = (accept.operations ?? []).flatMap((operation) =>
      operation.type === 'LAUNCH' ? (operation.launch.task_infos ?? []) : [],
    );
    const [offer] = offers;
    const agent = offer === undefined ? undefined : this.parts.agentById(offer.agentId);
    const views = infos.map((info) => ({
      taskId: info.task_id.value,
      agentId: info.agent_id.value,
      hostname: agent?.hostname ?? '',
      attributes: agent?.attributes ?? {},
    }));
    if (offer === undefined || agent === undefined || offers.includes(undefined)) {
      for (const info of infos) this.dropped(info, 'REASON_INVALID_OFFERS');
      return;
    }
    let { free } = offer;
    world.trace.note(
      'LAUNCH',
      `${node} on ${agent.hostname}: ${views.map(({ taskId }) => taskId).join(' ')}`,
    );
    world.observer.launching(node, views);
    for (const info of infos) {
      const holding = holdingOf(info);
      if (!fits(holding, free) || info.agent_id.value !== agent.id) {
        throw new Error(`task ${info.task_id.value} does not fit into the offer that it is launched on`);
      }
      free = less(free, holding);
      const id = info.task_id.value;
      this.tasks.set(id, this.knownTask(info, { agentId: agent.id, state: 'TASK_STAGING' }));
      this.parts.toAgent(agent, () => agent.run(info));
    }
    this.allocator.wake();
  }

  private kill(node: string, taskId: string, agentId: string | undefined): void {
    this.parts.world.trace.note('KILL', `${node}: ${taskId}`);
    this.parts.world.observer.killing(node, taskId);
    const task = this.tasks.get(taskId);
    const agent = task === undefined ? undefined : this.parts.agentById(task.agentId);
    if (task === undefined || agent === undefined) return this.answer(taskId, agentId);
    this.parts.toAgent(agent, () => agent.kill(taskId));
  }

  private acknowledge(node: string, { acknowledge }: CallOf<'ACKNOWLEDGE'>): void {
    const taskId = acknowledge.task_id.value;
    const task = this.tasks.get(taskId);
    const agent = this.parts.agentById(acknowledge.agent_id.value);
    if (task?.lastStatus?.uuid === acknowledge.uuid) {
      this.parts.world.observer.acknowledging(node, taskId, task.state);
      if (isTerminal(task.state)) this.tasks.delete(taskId);
    }
    if (agent !== undefined) this.parts.toAgent(agent, () => agent.acknowledge(taskId, acknowledge.uuid));
  }

  private reconcile(asked: readonly { task_id: { value: string }; agent_id?: { value: string } }[]): void {
    if (asked.length === 0) {
      for (const [id, { agentId }] of this.tasks) this.answer(id, agentId);
    }
    for (const { task_id: id, agent_id: agent } of asked) this.answer(id.value, agent?.value);
  }

  /** What the master knows of a task (`spec/mesos-client.md` §17). */
  private answer(taskId: string, agentId: string | undefined, reason = 'REASON_RECONCILIATION'): void {
    const { registry, world } = this.parts;
    const task = this.tasks.get(taskId);
    const at = task?.agentId ?? agentId;
    const status: TaskStatus = {
      task_id: { value: taskId },
      state: 'TASK_UNKNOWN',
      source: 'SOURCE_MASTER',
      reason,
      timestamp: world.time.epochMs / 1000,
      ...(at === undefined ? {} : { agent_id: { value: at } }),
    };
    if (task !== undefined) {
      status.state = task.state;
      if (task.healthy !== undefined) status.healthy = task.healthy;
      const network = task.lastStatus?.container_status;
      if (network !== undefined) status.container_status = network;
    } else if (at !== undefined && registry.gone.has(at)) {
      status.state = 'TASK_GONE_BY_OPERATOR';
    } else if (at !== undefined && registry.unreachable.has(at)) {
      status.state = 'TASK_UNREACHABLE';
      status.unreachable_time = { nanoseconds: registry.unreachable.get(at)! * 1e6 };
    } else if (at !== undefined && this.registered.has(at)) status.state = 'TASK_GONE';
    // An agent that is expected back has not told yet what it runs.
    else if (at !== undefined && registry.admitted.has(at)) return;
    this.tell({ type: 'UPDATE', update: { status } });
  }

  private dropped(info: TaskInfo, reason: string): void {
    const status: TaskStatus = {
      task_id: info.task_id,
      state: 'TASK_DROPPED',
      agent_id: info.agent_id,
      source: 'SOURCE_MASTER',
      reason,
      timestamp: this.parts.world.time.epochMs / 1000,
    };
    this.tell({ type: 'UPDATE', update: { status } });
  }

  /** Unless the agent comes back in time it is unreachable. */
  private expectBack(agentId: string): void {
    const { world, isCurrent, registry } = this.parts;
    world.time.after(AGENT_TIMEOUT_MS, () => {
      const isBack = this.registered.get(agentId) === true;
      if (!isCurrent() || isBack || registry.unreachable.has(agentId) || registry.gone.has(agentId)) return;
      registry.unreachable.set(agentId, world.time.epochMs);
      world.trace.note('MESOS', `agent ${agentId} is unreachable`);
      this.remove(agentId, 'TASK_UNREACHABLE', {
        reason: 'REASON_AGENT_REMOVED',
        unreachable_time: { nanoseconds: world.time.epochMs * 1e6 },
      });
    });
  }

  private remove(agentId: string, state: TaskStatus['state'], more: Partial<TaskStatus>): void {
    this.registered.delete(agentId);
    this.parts.registry.admitted.delete(agentId);
    this.allocator.rescindOf(agentId);
    for (const [id, task] of this.tasks) {
      if (task.agentId !== agentId) continue;
      this.tasks.delete(id);
      if (isTerminal(task.state)) continue;
      const status: TaskStatus = {
        task_id: { value: id },
        agent_id: { value: agentId },
        state,
        source: 'SOURCE_MASTER',
        timestamp: this.parts.world.time.epochMs / 1000,
        ...more,
      };
      this.tell({ type: 'UPDATE', update: { status } });
    }
    this.tell({ type: 'FAILURE', failure: { agent_id: { value: agentId } } });
  }

  private tell(event: Event): void {
    if (this.parts.isCurrent()) this.stream?.push(event);
  }

  private beat(): void {
    this.parts.world.time.after(HEARTBEAT_MS, () => {
      if (!this.parts.isCurrent()) return;
      this.tell({ type: 'HEARTBEAT' });
      this.beat();
    });
  }

  private knownTask(
    info: TaskInfo,
    facts: Pick<KnownTask, 'agentId' | 'state'> & { readonly lastStatus?: TaskStatus | undefined },
  ): KnownTask {
    return { info, holding: holdingOf(info), healthy: undefined, lastStatus: undefined, ...facts };
  }
}
