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
  const networks = app.networks.flatMap(({ mode, name }) => (mode === 'container' ? [name ?? ''] : []));
  const usesHost = app.container?.portMappings === undefined;
  const ports = assignments.flatMap((assignment) =>
    usesHost ? hostPorts(assignment, {}) : mappedPorts(assignment, networks),
  );
  return { visibility: 'FRAMEWORK', name, ports: { ports } };
}

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
  const all = labelsOf({ ...own, ...labels });
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
