import { canonicalPath } from '../../ids/path-id.js';
import type { DefinitionSettings } from '../settings.js';
import type {
  AppVolume,
  Check,
  Constraint,
  Container,
  HealthCheck,
  Network,
  PortDefinition,
  PortMapping,
  ResourceLimits,
  UnversionedApp,
  UpgradeStrategy,
} from './app-definition.js';
import {
  hasPersistentVolumes,
  usesHostNetworking,
  type CanonicalApp,
  type CanonicalContainer,
} from './canonical-app.js';
import { DEFAULT_PORT_MAPPINGS } from './canonical-form.js';
import type { SubmittedVolume } from './schema/volume-schema.js';

const HOST_NETWORKS: readonly Network[] = [{ mode: 'host' }];
const ONE_AT_A_TIME: UpgradeStrategy = { minimumHealthCapacity: 1, maximumOverCapacity: 1 };
const VOLUME_BOUND: UpgradeStrategy = { minimumHealthCapacity: 0.5, maximumOverCapacity: 0 };
const REPLACED_AT_ONCE = { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 };
const DEFAULT_DELAY_SECONDS = 15;

/**
 * Steps 8 to 12 of the normalisation order (`spec/definitions.md` §7.4) and the stored spelling of every field. Expects an
 * app that passed phase C; dependencies resolve against `basePath`.
 */
export function normalForm(
  app: CanonicalApp,
  settings: DefinitionSettings,
  basePath: string,
): UnversionedApp {
  const networks =
    app.networks.length === 0 ? HOST_NETWORKS : app.networks.map((n) => namedNetwork(n, settings));
  const onHost = usesHostNetworking(networks);
  const volumes = app.container?.volumes ?? [];
  const resident = hasPersistentVolumes(volumes);
  const volumeBound = resident || volumes.some((volume) => 'external' in volume);
  return withOptionalKeys(app, {
    id: app.id,
    args: app.args,
    env: app.env,
    instances: app.instances,
    cpus: app.cpus,
    mem: app.mem,
    disk: app.disk,
    gpus: app.gpus,
    executor: app.executor,
    constraints: app.constraints.map(upperCased),
    role: app.role,
    networks,
    requirePorts: onHost && app.requirePorts,
    fetch: app.fetch,
    healthChecks: app.healthChecks.map(storedHealthCheck),
    readinessChecks: app.readinessChecks,
    backoffSeconds: app.backoffSeconds,
    backoffFactor: app.backoffFactor,
    maxLaunchDelaySeconds: app.maxLaunchDelaySeconds,
    upgradeStrategy: app.upgradeStrategy ?? (volumeBound ? VOLUME_BOUND : ONE_AT_A_TIME),
    unreachableStrategy: app.unreachableStrategy ?? (resident ? 'disabled' : REPLACED_AT_ONCE),
    killSelection: app.killSelection,
    dependencies: absolute(app.dependencies, basePath),
    labels: app.labels,
    secrets: app.secrets,
  });
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Adds the keys that only some apps have, so that absent ones are truly absent. */
function withOptionalKeys(app: CanonicalApp, stored: Writable<UnversionedApp>): UnversionedApp {
  if (app.cmd !== undefined) stored.cmd = app.cmd;
  if (app.user !== undefined) stored.user = app.user;
  // Phase C lets no text but `unlimited` through.
  if (app.resourceLimits !== undefined) stored.resourceLimits = app.resourceLimits as ResourceLimits;
  if (app.executorResources !== undefined) stored.executorResources = app.executorResources;
  if (app.acceptedResourceRoles !== undefined) stored.acceptedResourceRoles = app.acceptedResourceRoles;
  const onHost = usesHostNetworking(stored.networks);
  const container = onHost
    ? app.container
    : (app.container ?? { type: 'MESOS', volumes: [], portMappings: DEFAULT_PORT_MAPPINGS });
  if (container !== undefined) stored.container = storedContainer(container, stored.networks);
  if (app.portDefinitions !== undefined) stored.portDefinitions = app.portDefinitions.map(storedPort);
  // Phase C lets exactly one kind of check through, and only with a shell command.
  if (app.check !== undefined) stored.check = app.check as Check;
  if (app.taskKillGracePeriodSeconds !== undefined) {
    stored.taskKillGracePeriodSeconds = app.taskKillGracePeriodSeconds;
  }
  if (app.tty !== undefined) stored.tty = app.tty;
  return stored;
}

function namedNetwork(network: Network, settings: DefinitionSettings): Network {
  const name = network.name ?? (network.mode === 'container' ? settings.defaultNetworkName : undefined);
  return {
    mode: network.mode,
    ...(name !== undefined && { name }),
    ...nonEmptyLabels(network),
  };
}

function storedPort(definition: PortDefinition): PortDefinition {
  const { port, name, protocol } = definition;
  return { port, ...(name !== undefined && { name }), protocol, ...nonEmptyLabels(definition) };
}

function nonEmptyLabels({ labels }: { readonly labels?: Readonly<Record<string, string>> }): {
  labels?: Readonly<Record<string, string>>;
} {
  return labels !== undefined && Object.keys(labels).length > 0 ? { labels } : {};
}

function storedContainer(container: CanonicalContainer, networks: readonly Network[]): Container {
  const { type, docker, portMappings, linuxInfo } = container;
  const bridge = networks.some(({ mode }) => mode === 'container/bridge');
  return {
    type,
    ...(docker !== undefined && {
      docker: { ...docker, privileged: type === 'DOCKER' && docker.privileged },
    }),
    volumes: container.volumes.map(storedVolume),
    ...(portMappings !== undefined && {
      portMappings: portMappings.map((mapping) => storedMapping(mapping, bridge)),
    }),
    ...(linuxInfo !== undefined && type === 'MESOS' && { linuxInfo }),
  };
}

function storedMapping(mapping: PortMapping, bridge: boolean): PortMapping {
  const { name, networkNames } = mapping;
  const hostPort = mapping.hostPort ?? (bridge ? 0 : undefined);
  return {
    containerPort: mapping.containerPort,
    ...(hostPort !== undefined && { hostPort }),
    servicePort: mapping.servicePort,
    ...(name !== undefined && { name }),
    protocol: mapping.protocol,
    labels: mapping.labels,
    ...(networkNames !== undefined && networkNames.length > 0 && { networkNames }),
  };
}

function storedVolume(volume: SubmittedVolume): AppVolume {
  if (!('persistent' in volume)) return volume;
  const { persistent } = volume;
  const type = persistent.type ?? (persistent.profileName === undefined ? 'root' : 'mount');
  // Phase C lets only `["path", "LIKE" or "UNLIKE", regex]` through.
  const constraints = persistent.constraints as unknown as readonly Constraint[];
  return { ...volume, persistent: { ...persistent, type, constraints } };
}

/** Operators are stored in upper case (§8, §16 no. 9). */
function upperCased([field = '', operator = '', ...value]: readonly string[]): Constraint {
  // Phase C lets only known operators through.
  return [field, operator.toUpperCase(), ...value] as unknown as Constraint;
}

/** Each protocol keeps the fields that mean something to it (§10.1). */
function storedHealthCheck(check: HealthCheck): HealthCheck {
  const { protocol } = check;
  const common = {
    protocol,
    ipProtocol: check.ipProtocol,
    gracePeriodSeconds: check.gracePeriodSeconds,
    intervalSeconds: check.intervalSeconds,
    timeoutSeconds: check.timeoutSeconds,
    maxConsecutiveFailures: check.maxConsecutiveFailures,
  };
  if (protocol === 'COMMAND') return { ...common, command: check.command, delaySeconds: check.delaySeconds };
  const byMesos = protocol.startsWith('MESOS_');
  return {
    ...common,
    ...(check.path !== undefined && !protocol.endsWith('TCP') && { path: check.path }),
    ...(check.port !== undefined && { port: check.port }),
    ...(check.portIndex !== undefined && { portIndex: check.portIndex }),
    ...((protocol === 'HTTP' || protocol === 'HTTPS') && { ignoreHttp1xx: check.ignoreHttp1xx ?? false }),
    delaySeconds: byMesos ? check.delaySeconds : DEFAULT_DELAY_SECONDS,
  };
}

function absolute(dependencies: readonly string[], basePath: string): readonly string[] {
  if (dependencies.length === 0) return dependencies;
  return [...new Set(dependencies.map((id) => canonicalPath(id, basePath)))];
}
