import type { AgentId, Resource, TaskInfo } from '#mesos';

/** Parts are forgotten, all at once, beyond this number: then they are shared anew. */
const MOST_REMEMBERED = 20_000;

/**
 * Descriptions of tasks as they are kept once the tasks have been launched: what `/state` and a re-registration need of
 * them, with the parts that tasks of one name have in common held once (spec/local-cluster.md §26.5). A million tasks
 * of a thousand names must fit.
 */
export class TaskParts {
  /** The task of each name that was kept last. */
  private readonly latest = new Map<string, TaskInfo>();
  private readonly amounts = new Map<string, Resource>();
  private readonly agents = new Map<string, AgentId>();
  /** What the other holder of a task will ask for. */
  private readonly expected = new Map<TaskInfo, TaskInfo>();

  /** `isShared`: the agents are in the same process as their master, and keep what it keeps. */
  constructor(private readonly isShared = false) {}

  /** The task without what only its launch needed: what its command is, and data. */
  retain(info: TaskInfo): TaskInfo {
    if (!this.isShared) return this.reduce(info);
    const known = this.expected.get(info);
    if (known !== undefined) {
      this.expected.delete(info);
      return known;
    }
    const kept = this.reduce(info);
    remember(this.expected, info, kept);
    return kept;
  }

  private reduce(info: TaskInfo): TaskInfo {
    const like = this.latest.get(info.name);
    const user = info.command?.user;
    const kept: TaskInfo = {
      name: like?.name ?? info.name,
      task_id: info.task_id,
      agent_id: this.agentId(info.agent_id),
      resources: (info.resources ?? []).map((resource) => this.shared(resource, resource)),
    };
    if (user !== undefined) kept.command = shareOr(like?.command, { user });
    if (info.executor !== undefined) kept.executor = shareOr(like?.executor, info.executor);
    if (info.container !== undefined) kept.container = shareOr(like?.container, info.container);
    if (info.health_check !== undefined) kept.health_check = shareOr(like?.health_check, info.health_check);
    if (info.check !== undefined) kept.check = shareOr(like?.check, info.check);
    if (info.kill_policy !== undefined) kept.kill_policy = shareOr(like?.kill_policy, info.kill_policy);
    if (info.labels !== undefined) kept.labels = shareOr(like?.labels, info.labels);
    if (info.discovery !== undefined) kept.discovery = shareOr(like?.discovery, info.discovery);
    if (info.limits !== undefined) kept.limits = shareOr(like?.limits, info.limits);
    if (info.max_completion_time !== undefined)
      kept.max_completion_time = shareOr(like?.max_completion_time, info.max_completion_time);
    remember(this.latest, kept.name, kept);
    return kept;
  }

  /** What a task holds, without its allocation. */
  charge(resources: readonly Resource[]): Resource[] {
    return resources.map((resource) => {
      const { allocation_info: allocation, ...rest } = resource;
      return allocation === undefined ? resource : this.shared(rest, resource);
    });
  }

  /** One object for all plain amounts of the same size and role. */
  private shared(resource: Resource, source: Resource): Resource {
    if (resource.type !== 'SCALAR' || !isPlain(resource)) return resource;
    const role = resource === source ? (resource.allocation_info?.role ?? '') : '';
    const key = `${resource.name} ${resource.scalar.value} ${role}`;
    const known = this.amounts.get(key);
    if (known !== undefined) return known;
    remember(this.amounts, key, resource);
    return resource;
  }

  private agentId(id: AgentId): AgentId {
    const known = this.agents.get(id.value);
    if (known !== undefined) return known;
    remember(this.agents, id.value, id);
    return id;
  }
}

function remember<Key, Value>(parts: Map<Key, Value>, key: Key, value: Value): void {
  if (parts.size >= MOST_REMEMBERED && !parts.has(key)) parts.clear();
  parts.set(key, value);
}

function isPlain(resource: Resource): boolean {
  for (const member in resource) {
    if (member !== 'name' && member !== 'type' && member !== 'scalar' && member !== 'allocation_info')
      return false;
  }
  return true;
}

function shareOr<Part>(known: Part | undefined, part: Part): Part {
  return known !== undefined && isSame(known, part) ? known : part;
}

/** Whether two values are the same JSON. */
function isSame(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  const [one, other] = [left as Record<string, unknown>, right as Record<string, unknown>];
  let members = 0;
  for (const name in one) {
    if (!isSame(one[name], other[name])) return false;
    members += 1;
  }
  for (const _ in other) members -= 1;
  return members === 0 && Array.isArray(left) === Array.isArray(right);
}
