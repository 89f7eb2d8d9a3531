import { formatValue, reservedRole, type Resource } from '#mesos';
import type { Agent, Executor } from '../state/agent.js';
import type { Framework } from '../state/framework.js';
import type { Offer } from '../state/offer.js';
import { taskIdOf, toldState, type Task } from '../state/task.js';
import { ResourceTotals } from './resource-totals.js';

/** JSON of the operator endpoints (C§24.1). Members that have no value are left out by JSON itself. */
export type View = Readonly<Record<string, unknown>>;

const SECOND_MS = 1000;

export function resourcesView(resources: Iterable<Resource>): View {
  return new ResourceTotals().add(resources).view();
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
export function frameworkView(
  framework: Framework,
  agents: Iterable<Agent>,
  /** What its tasks hold. */
  usedByTasks: ResourceTotals,
): View {
  const { info } = framework;
  const executors = [...agents].flatMap((agent) =>
    [...agent.executors.values()]
      .filter((executor) => executor.frameworkId === framework.id)
      .map((executor) => ({ agent, executor })),
  );
  const charged = chargedResources(executors.map(({ executor }) => executor));
  const used = usedByTasks.plus(new ResourceTotals().add(charged));
  const offered = new ResourceTotals().add(offeredResources(framework.offers.values()));
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
    resources: used.plus(offered).view(),
    used_resources: used.view(),
    offered_resources: offered.view(),
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
