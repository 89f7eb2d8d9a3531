import type { AppDefinition, PortDefinition, PortMapping } from '../../definitions/app/app-definition.js';
import type { PortRequest } from '../matching/port-pool.js';

/** One declared port of an app and the host port it was given. */
export interface PortAssignment {
  /** Container port, or service port with host networking; 0: whatever is assigned. */
  readonly declared: number;
  readonly hostPort: number | undefined;
  readonly name: string | undefined;
  /** `udp,tcp` stands for both. */
  readonly protocols: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** Networks the mapping is for; empty: all. */
  readonly networkNames: readonly string[];
}

/** The host ports an app needs, in the order of its declarations (`spec/scheduling.md` §3.4). */
export function portRequestsOf(app: AppDefinition): PortRequest[] {
  const mappings = app.container?.portMappings;
  if (mappings !== undefined) {
    return mappings.map(({ hostPort }) => (hostPort === 0 ? 'random' : hostPort));
  }
  return (app.portDefinitions ?? []).map(({ port }) => (app.requirePorts ? port : 'random'));
}

/** How many ports are declared as 0 and get no host port: the task is told of a random one each (§4.2). */
export function unassignedPortsOf({ container }: AppDefinition): number {
  const mappings = container?.portMappings ?? [];
  return mappings.filter(({ containerPort, hostPort }) => containerPort === 0 && hostPort === undefined)
    .length;
}

/** Declarations joined with what was assigned to them; `hostPorts` in the order of the requests. */
export function portAssignmentsOf(
  app: AppDefinition,
  hostPorts: readonly (number | undefined)[],
): PortAssignment[] {
  const mappings = app.container?.portMappings;
  if (mappings !== undefined) return mappings.map((mapping, i) => ofMapping(mapping, hostPorts[i]));
  return (app.portDefinitions ?? []).map((definition, i) => ofDefinition(definition, hostPorts[i]));
}

const TCP = ['tcp'];
const NONE: Readonly<Record<string, string>> = {};
const NO_NETWORKS: readonly string[] = [];

const protocolsOf = (protocol: string): readonly string[] => (protocol === 'tcp' ? TCP : protocol.split(','));

function ofMapping(mapping: PortMapping, hostPort: number | undefined): PortAssignment {
  return {
    declared: mapping.containerPort === 0 ? (hostPort ?? 0) : mapping.containerPort,
    hostPort,
    name: mapping.name,
    protocols: protocolsOf(mapping.protocol),
    labels: mapping.labels,
    networkNames: mapping.networkNames ?? [],
  };
}

function ofDefinition(definition: PortDefinition, hostPort: number | undefined): PortAssignment {
  return {
    declared: definition.port,
    hostPort,
    name: definition.name,
    protocols: protocolsOf(definition.protocol),
    labels: definition.labels ?? NONE,
    networkNames: NO_NETWORKS,
  };
}
