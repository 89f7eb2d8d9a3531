import type { TaskStatus } from '#mesos';
import type { Clock, Timer } from '../runtime/clock.js';
import type { Random } from '../runtime/random.js';
import type { LinkFaults, LinkPartition } from '../link/link.js';
import type { DrainConfig } from '../master/agents/agent-operations.js';
import type { MasterInside } from '../master/master.js';
import type { ClusterMember, NewAgents, Restart, TaskEnd } from './cluster-member.js';
import { ControlError } from './control-error.js';
import type { MasterControl } from './master-control.js';
import type { Failover, MasterSeat } from './master-seat.js';

/** What a control needs besides the cluster. */
export interface ControlEnvironment {
  readonly clock: Clock;
  readonly random: Random;
  /** Starts an agent at this place, and connects it. */
  readonly createMember: (place: number, kind: NewAgents) => Promise<ClusterMember>;
}

const healed: LinkPartition = { toAgent: false, toMaster: false };

/**
 * Makes things go wrong in a cluster, for tests (spec/local-cluster.md §25). Agents are named by their place, from 0, or
 * by the id they have at the moment.
 */
export class ClusterControl {
  private readonly healing = new Map<ClusterMember, Timer>();

  constructor(
    private readonly seat: MasterSeat,
    /** Grows with `addAgents`. */
    private readonly members: ClusterMember[],
    /** What concerns the master and its frameworks. */
    readonly master: MasterControl,
    private readonly environment: ControlEnvironment,
  ) {}

  /** Agents, tasks and frameworks as they stand. */
  status(): Record<string, unknown> {
    const { state, operations, directory } = this.inside;
    const agents = this.members.map((member, place) => {
      const { id } = member;
      const known = id === undefined ? undefined : state.agents.get(id);
      return {
        place,
        id,
        hostname: member.hostname,
        running: member.isRunning,
        connected: member.link.isConnected,
        partition: member.link.partitionedDirections,
        state: id === undefined ? 'unknown' : directory.locate(id).kind,
        offered: known?.offers.size ?? 0,
        queued: member.link.queued,
        tasks: countByState([...(known?.tasks ?? [])].map((task) => task.state)),
        standing: id === undefined ? undefined : operations.standingOf(id),
      };
    });
    const frameworks = [...state.frameworks.values()].map((framework) => ({
      id: framework.id,
      name: framework.info.name,
      standing: framework.standing,
      stream: framework.stream?.id,
      bufferedBytes: framework.stream?.bufferedBytes ?? 0,
      tasks: countByState([...framework.tasks.values()].map((task) => task.state)),
      unreachableTasks: framework.unreachableTasks.size,
    }));
    const nowMs = this.environment.clock.nowMs();
    return { masterId: state.masterId, nowMs, ...this.master.status(), agents, frameworks };
  }

  /** Messages vanish in the given directions while both ends believe in the connection. */
  partition(name: string, cut: LinkPartition, forMs?: number): void {
    const member = this.member(name);
    member.link.partition(cut);
    this.healAfter(member, forMs);
  }

  /** The connection breaks, and both ends notice. */
  disconnect(name: string, forMs?: number): void {
    const member = this.member(name);
    member.link.disconnect();
    this.healAfter(member, forMs);
  }

  /** Undoes `partition` and `disconnect`. */
  heal(name: string): void {
    this.healMember(this.member(name));
  }

  /** Ends the agent process; its tasks go on. */
  async stop(name: string): Promise<void> {
    await this.member(name).stop();
  }

  async start(name: string, how: Restart = {}): Promise<void> {
    const member = this.member(name);
    this.cancelHealing(member);
    member.link.partition(healed);
    const outcome = await member.comeBack(how);
    if (!outcome.ok) throw new ControlError(409, outcome.error);
  }

  async restart(name: string, how: Restart = {}): Promise<void> {
    await this.stop(name);
    await this.start(name, how);
  }

  /** The master takes the agent for unreachable now, instead of after its time-outs. */
  async markUnreachable(name: string): Promise<void> {
    const { state, loss } = this.inside;
    const agent = state.agents.get(this.agentId(name));
    if (agent === undefined) throw new ControlError(409, `agent ${name} is not registered`);
    await loss.markUnreachable(agent, 'health check timed out');
  }

  async markGone(name: string): Promise<void> {
    await this.inside.loss.markGone(this.locatedId(name));
  }

  async drain(name: string, config: DrainConfig): Promise<void> {
    await this.inside.operations.drain(this.locatedId(name), config);
  }

  async deactivate(name: string): Promise<void> {
    await this.inside.operations.deactivate(this.locatedId(name));
  }

  async reactivate(name: string): Promise<void> {
    await this.inside.operations.reactivate(this.locatedId(name));
  }

  /** The agent says farewell and ends, with all its tasks. */
  async unregister(name: string): Promise<void> {
    await this.member(name).unregister();
  }

  /** Delays and loses messages of one agent, or of all. */
  disturb(name: string | undefined, faults: LinkFaults): void {
    const isQuiet = Object.values(faults).every((value) => value === 0);
    for (const { link } of name === undefined ? this.members : [this.member(name)]) {
      const { clock, random } = this.environment;
      link.disturb(isQuiet ? undefined : { ...faults, clock, random });
    }
  }

  /** Signals the process of a task, or ends a simulated one like this. */
  endTask(taskId: string, end: TaskEnd): void {
    const pid = this.lastStatuses(taskId).findLast(({ container_status }) => container_status?.executor_pid)
      ?.container_status?.executor_pid;
    if (!this.members.some((member) => member.endTask(taskId, end, pid))) {
      throw new ControlError(404, `no process of task ${taskId} is known`);
    }
  }

  /** Reports the health of a task, through its agent, as if a check had found it. */
  async reportHealth(taskId: string, healthy: boolean): Promise<void> {
    const reason = 'REASON_TASK_HEALTH_CHECK_STATUS_UPDATED';
    await this.injectStatus(taskId, { healthy, reason, source: 'SOURCE_EXECUTOR' });
  }

  /** Sends any status of a task, through its agent; what is not given is as it was in the last one. */
  async injectStatus(taskId: string, status: Partial<TaskStatus>): Promise<void> {
    for (const member of this.members) {
      if (await member.injectStatus(taskId, status)) return;
    }
    throw new ControlError(404, `no agent runs task ${taskId}`);
  }

  /** Adds agents of the given kind; answers their places. */
  async addAgents(count: number, kind: NewAgents): Promise<number[]> {
    const places: number[] = [];
    for (let added = 0; added < count; added += 1) {
      this.members.push(await this.environment.createMember(this.members.length, kind));
      places.push(this.members.length - 1);
    }
    return places;
  }

  /** Changes what an agent is, whatever its reconfiguration policy says, and lets it register again. */
  async reconfigure(name: string, change: Pick<NewAgents, 'attributes' | 'resources'>): Promise<void> {
    const member = this.member(name);
    this.cancelHealing(member);
    const outcome = await member.reconfigure(change);
    if (!outcome.ok) throw new ControlError(409, outcome.error);
  }

  /** The master ends, and another one takes its place. */
  async failOver(how: Failover): Promise<void> {
    await this.seat.failOver(this.members, how);
  }

  /** Takes back the offers of one agent, one offer, or all. */
  rescindOffers({ agent, offer }: { agent?: string | undefined; offer?: string | undefined }): void {
    const agentId = agent === undefined ? undefined : this.agentId(agent);
    this.master.rescindOffers({ agentId, offerId: offer });
  }

  private get inside(): MasterInside {
    return this.seat.master.inside;
  }

  private lastStatuses(taskId: string): readonly TaskStatus[] {
    const frameworks = [...this.inside.state.frameworks.values()];
    return (
      frameworks.map(({ tasks }) => tasks.get(taskId)).find((task) => task !== undefined)?.statuses ?? []
    );
  }

  private member(name: string): ClusterMember {
    const found = /^\d+$/.test(name)
      ? this.members[Number(name)]
      : this.members.find(({ id }) => id === name);
    if (found === undefined) throw new ControlError(404, `there is no agent ${name}`);
    return found;
  }

  /** Of a place: the id of whoever is there; an id stays what it is, for its agent may be gone. */
  private agentId(name: string): string {
    if (!/^\d+$/.test(name)) return name;
    const { id } = this.member(name);
    if (id === undefined) throw new ControlError(409, `agent ${name} has never registered`);
    return id;
  }

  /** An id the master knows something of. */
  private locatedId(name: string): string {
    const id = this.agentId(name);
    const { kind } = this.inside.directory.locate(id);
    if (kind === 'unknown') throw new ControlError(404, `the master knows no agent ${id}`);
    if (kind === 'gone') throw new ControlError(409, `agent ${id} is gone`);
    return id;
  }

  private healAfter(member: ClusterMember, forMs: number | undefined): void {
    this.cancelHealing(member);
    if (forMs === undefined) return;
    const timer = this.environment.clock.schedule(forMs, () => this.healMember(member));
    this.healing.set(member, timer);
  }

  private healMember(member: ClusterMember): void {
    this.cancelHealing(member);
    member.link.partition(healed);
    if (member.isRunning) member.link.connect();
  }

  private cancelHealing(member: ClusterMember): void {
    this.healing.get(member)?.cancel();
    this.healing.delete(member);
  }
}

function countByState(states: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const state of states) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}
