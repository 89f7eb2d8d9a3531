import { formatValue, fromThousandths, reservedRole, toThousandths, type Resource } from '#mesos';
import type { Agent, Executor } from '../state/agent.js';
import type { Framework } from '../state/framework.js';
import type { Offer } from '../state/offer.js';
import { taskIdOf, toldState, type Task } from '../state/task.js';

/** JSON of the operator endpoints (C§24.1). Members that have no value are left out by JSON itself. */
export type View = Readonly<Record<string, unknown>>;

const SECOND_MS = 1000;

/** Scalars as numbers, the usual four always; ranges and sets as text. */
export function resourcesView(resources: Iterable<Resource>): View {
  const scalars: Record<string, number> = { cpus: 0, gpus: 0, mem: 0, disk: 0 };
  /** Texts of the same resource, of several holders or reservations. */
  const others = new Map<string, string[]>();
  for (const resource of resources) {
    const { name } = resource;
    if (resource.type === 'SCALAR') {
      const sum = toThousandths(scalars[name] ?? 0) + toThousandths(resource.scalar.value);
      scalars[name] = fromThousandths(sum);
    } else {
      const texts = others.get(name);
      if (texts === undefined) others.set(name, [formatValue(resource)]);
      else texts.push(formatValue(resource));
    }
  }
  const lists = [...others].map(([name, texts]) => [name, mergeLists(texts)] as const);
  return { ...scalars, ...Object.fromEntries(lists) };
}

/** `[1-2]` and `[5-6]` → `[1-2, 5-6]`. */
function mergeLists(texts: readonly string[]): string {
  const [only = ''] = texts;
  if (texts.length === 1) return only;
  return only[0] + texts.map((text) => text.slice(1, -1)).join(', ') + only.slice(-1);
}

function* chargedResources(holders: Iterable<Task | Executor>): Generator<Resource> {
  for (const { charged } of holders) yield* charged ?? [];
}

function* offeredResources(offers: Iterable<Offer>): Generator<Resource> {
  for (const offer of offers) yield* offer.resources;
}

export function taskView(task: Task): View {
  const { info } = task;
  return {
    id: taskIdOf(task),
    name: info.name,
    framework_id: task.frameworkId,
    executor_id: info.executor?.executor_id.value ?? '',
    slave_id: task.agentId,
    state: toldState(task),
    resources: resourcesView(info.resources ?? []),
    role: task.role,
    user: info.command?.user,
    limits: info.limits,
    statuses: task.statuses.map(({ state, timestamp, healthy, labels, container_status }) => ({
      state,
      timestamp,
      healthy,
      labels: labels?.labels,
      container_status,
    })),
    labels: info.labels?.labels,
    discovery: info.discovery,
    container: info.container,
    health_check: info.health_check,
  };
}

function isReserved(resource: Resource): boolean {
  return reservedRole(resource) !== '*';
}

export function agentView(agent: Agent): View {
  const { info, address, description } = agent;
  const reservedRoles = [...new Set(agent.total.filter(isReserved).map(reservedRole))];
  const path = address.pathPrefix.replace(/^\//, '');
  return {
    id: agent.id,
    hostname: info.hostname,
    port: address.port,
    pid: `${path}@${address.ip}:${address.port}`,
    attributes: Object.fromEntries(
      info.attributes.map((attribute) => [
        attribute.name,
        attribute.type === 'TEXT'
          ? attribute.text.value
          : attribute.type === 'SCALAR'
            ? attribute.scalar.value
            : formatValue(attribute as Resource),
      ]),
    ),
    domain: info.domain,
    registered_time: agent.registeredAtMs / SECOND_MS,
    reregistered_time: agent.reregisteredAtMs && agent.reregisteredAtMs / SECOND_MS,
    resources: resourcesView(agent.total),
    used_resources: resourcesView(chargedResources([...agent.tasks, ...agent.executors.values()])),
    offered_resources: resourcesView(offeredResources(agent.offers)),
    reserved_resources: Object.fromEntries(
      reservedRoles.map((role) => [
        role,
        resourcesView(agent.total.filter((resource) => reservedRole(resource) === role)),
      ]),
    ),
    unreserved_resources: resourcesView(agent.total.filter((resource) => !isReserved(resource))),
    active: agent.connected,
    deactivated: false,
    version: description.version,
    capabilities: description.capabilities,
  };
}

/** Everything of a framework but its tasks, which may be too many for one object. */
export function frameworkView(framework: Framework, agents: Iterable<Agent>): View {
  const { info } = framework;
  const executors = [...agents].flatMap((agent) =>
    [...agent.executors.values()]
      .filter((executor) => executor.frameworkId === framework.id)
      .map((executor) => ({ agent, executor })),
  );
  const used = [
    ...chargedResources([...framework.tasks.values(), ...executors.map(({ executor }) => executor)]),
  ];
  const offered = [...offeredResources(framework.offers.values())];
  return {
    id: framework.id,
    name: info.name,
    user: info.user,
    hostname: info.hostname,
    webui_url: info.webui_url,
    principal: info.principal,
    capabilities: (info.capabilities ?? []).map((capability) => capability.type),
    ...(framework.can('MULTI_ROLE') ? { roles: [...framework.roles] } : { role: info.role ?? '*' }),
    failover_timeout: info.failover_timeout ?? 0,
    checkpoint: framework.isCheckpointing,
    active: framework.isActive,
    connected: framework.stream !== undefined,
    recovered: framework.standing === 'recovered',
    registered_time: framework.registeredAtMs / SECOND_MS,
    reregistered_time: framework.reregisteredAtMs && framework.reregisteredAtMs / SECOND_MS,
    resources: resourcesView([...used, ...offered]),
    used_resources: resourcesView(used),
    offered_resources: resourcesView(offered),
    labels: info.labels?.labels,
    offers: [...framework.offers.values()].map(offerView),
    executors: executors.map(({ agent, executor }) => ({
      executor_id: executor.info.executor_id.value,
      name: executor.info.name ?? '',
      framework_id: framework.id,
      slave_id: agent.id,
      resources: resourcesView(executor.charged),
      role: executor.role,
    })),
  };
}

function offerView(offer: Offer): View {
  return {
    id: offer.id,
    framework_id: offer.frameworkId,
    slave_id: offer.agentId,
    resources: resourcesView(offer.resources),
  };
}
