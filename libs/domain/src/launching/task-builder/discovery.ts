import type { Label, TaskInfo } from '../../cluster/mesos-shapes.js';
import type { AppDefinition } from '../../definitions/app/app-definition.js';
import type { PortAssignment } from './port-assignments.js';

type Discovery = NonNullable<TaskInfo['discovery']>;
type DiscoveryPort = Discovery['ports']['ports'][number];

/** What Mesos shows of a task to service discovery, under the `name` of the task (`spec/scheduling.md` §4.1, §4.6). */
export function discoveryOf(
  app: AppDefinition,
  name: string,
  assignments: readonly PortAssignment[],
): Discovery {
  const ports: DiscoveryPort[] = [];
  if (app.container?.portMappings === undefined) {
    for (const assignment of assignments) ports.push(...hostPorts(assignment, NO_LABELS));
  } else {
    const networks = app.networks.flatMap(({ mode, name: own }) => (mode === 'container' ? [own ?? ''] : []));
    for (const assignment of assignments) ports.push(...mappedPorts(assignment, networks));
  }
  return { visibility: 'FRAMEWORK', name, ports: { ports } };
}

const NO_LABELS: Readonly<Record<string, string>> = {};

function mappedPorts(assignment: PortAssignment, networks: readonly string[]): DiscoveryPort[] {
  if (assignment.hostPort !== undefined) return hostPorts(assignment, { 'network-scope': 'host' });
  const reachable = assignment.networkNames.length > 0 ? assignment.networkNames : networks;
  return assignment.protocols.flatMap((protocol) =>
    reachable.map((network) =>
      discoveryPort(assignment, {
        number: assignment.declared,
        protocol,
        labels: { 'network-scope': 'container', 'network-name': network },
      }),
    ),
  );
}

function hostPorts(assignment: PortAssignment, labels: Readonly<Record<string, string>>): DiscoveryPort[] {
  const number = assignment.hostPort ?? assignment.declared;
  return assignment.protocols.map((protocol) => discoveryPort(assignment, { number, protocol, labels }));
}

interface Endpoint {
  readonly number: number;
  readonly protocol: string;
  readonly labels: Readonly<Record<string, string>>;
}

function discoveryPort(
  { name, labels: own }: PortAssignment,
  { number, protocol, labels }: Endpoint,
): DiscoveryPort {
  const all = labelsOf(labels === NO_LABELS ? own : { ...own, ...labels });
  return {
    number,
    ...(name === undefined ? {} : { name }),
    protocol,
    ...(all.length === 0 ? {} : { labels: { labels: all } }),
  };
}

/** A map of labels as Mesos lists them. */
export function labelsOf(labels: Readonly<Record<string, string>>): Label[] {
  return Object.entries(labels).map(([key, value]) => ({ key, value }));
}
