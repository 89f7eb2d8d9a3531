import type { HealthCheck, PortDefinition, PortMapping } from './app-definition.js';
import {
  hasPersistentVolumes,
  usesHostNetworking,
  type AppFields,
  type CanonicalApp,
  type CanonicalContainer,
} from './canonical-app.js';

/** The port an app gets that says nothing about ports (`spec/definitions.md` §7.4). */
export const DEFAULT_PORT_DEFINITIONS: readonly PortDefinition[] = [
  { port: 0, name: 'default', protocol: 'tcp' },
];

const NAMELESS_MAPPING: PortMapping = { containerPort: 0, servicePort: 0, protocol: 'tcp', labels: {} };
export const DEFAULT_PORT_MAPPINGS: readonly PortMapping[] = [{ ...NAMELESS_MAPPING, name: 'default' }];

/** What the fields of a definition cannot tell by themselves. */
export interface CanonicalFormOptions {
  /** Absolute id. */
  readonly id: string;
  readonly defaultRole: string;
  /** Port definitions of host networking when the body has none. */
  readonly impliedPorts: readonly PortDefinition[];
  /** How many host ports this very body asks for: surplus ones become port mappings (§7.4 5f). */
  readonly submittedPortCount: number;
  /**
   * Which health checks that name no port get the first one (§10.1): all when the body has port definitions, else
   * those of apps with port mappings; none of checks that were stored before.
   */
  readonly fillPortIndices: 'always' | 'if mapped' | 'never';
}

/** Steps 3 and 5d to 7 of the normalisation order (`spec/definitions.md` §7.4). */
export function canonicalApp(fields: AppFields, options: CanonicalFormOptions): CanonicalApp {
  const networks = fields.networks ?? [];
  const onHost = usesHostNetworking(networks);
  const container =
    fields.container && networkedContainer(fields.container, onHost, options.submittedPortCount);
  // Every key by name: spreading bodies of many shapes would cost more than all rules together.
  return {
    id: options.id,
    cmd: fields.cmd,
    args: fields.args ?? [],
    user: fields.user,
    env: fields.env ?? {},
    instances: fields.instances ?? 1,
    cpus: fields.cpus ?? 1,
    mem: fields.mem ?? 128,
    disk: fields.disk ?? 0,
    gpus: fields.gpus ?? 0,
    resourceLimits: fields.resourceLimits,
    executor: fields.executor ?? '',
    executorResources: fields.executorResources,
    constraints: fields.constraints ?? [],
    acceptedResourceRoles: fields.acceptedResourceRoles,
    role: fields.role ?? options.defaultRole,
    container,
    networks,
    portDefinitions: onHost ? (fields.portDefinitions ?? options.impliedPorts) : undefined,
    requirePorts: fields.requirePorts ?? false,
    fetch: fields.fetch ?? [],
    healthChecks: healthChecksWithPorts(fields, container, options),
    check: fields.check,
    readinessChecks: fields.readinessChecks ?? [],
    backoffSeconds: fields.backoffSeconds ?? 1,
    backoffFactor: fields.backoffFactor ?? 1.15,
    maxLaunchDelaySeconds: fields.maxLaunchDelaySeconds ?? 300,
    taskKillGracePeriodSeconds: fields.taskKillGracePeriodSeconds,
    upgradeStrategy: fields.upgradeStrategy,
    unreachableStrategy: fields.unreachableStrategy,
    killSelection: fields.killSelection ?? 'YOUNGEST_FIRST',
    dependencies: fields.dependencies ?? [],
    labels: fields.labels ?? {},
    secrets: fields.secrets ?? {},
    tty: fields.tty,
    resident:
      fields.residency !== undefined || (container !== undefined && hasPersistentVolumes(container.volumes)),
  };
}

/** Host networking has no mappings; otherwise there are at least as many as host ports were submitted. */
function networkedContainer(
  container: CanonicalContainer,
  onHost: boolean,
  submittedPortCount: number,
): CanonicalContainer {
  if (onHost) return { ...container, portMappings: undefined };
  const mappings = container.portMappings ?? DEFAULT_PORT_MAPPINGS;
  const missing = Math.max(0, submittedPortCount - mappings.length);
  const added = Array.from({ length: missing }, () => NAMELESS_MAPPING);
  return { ...container, portMappings: missing === 0 ? mappings : [...mappings, ...added] };
}

function healthChecksWithPorts(
  fields: AppFields,
  container: CanonicalContainer | undefined,
  options: CanonicalFormOptions,
): readonly HealthCheck[] {
  const { healthChecks = [] } = fields;
  const mapped = options.fillPortIndices === 'if mapped' && container?.portMappings !== undefined;
  return mapped || options.fillPortIndices === 'always' ? healthChecks.map(withPortIndex) : healthChecks;
}

/** A check that says neither `port` nor `portIndex` means the first port. */
export function withPortIndex(check: HealthCheck): HealthCheck {
  const portless = check.port === undefined && check.portIndex === undefined;
  return portless && check.protocol !== 'COMMAND' ? { ...check, portIndex: 0 } : check;
}
