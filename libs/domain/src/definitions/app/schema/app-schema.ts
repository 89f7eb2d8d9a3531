import type { EnvironmentValue, UnreachableStrategy } from '../app-definition.js';
import type { Reader } from '../../json/reader.js';
import { array, boolean, double, int, literal, long, record, set, string } from '../../json/reader.js';
import { object, optional, required, requiredInLeaf, withDefault } from '../../json/object-reader.js';
import { check, healthCheck, readinessCheck } from './check-schema.js';
import { count, labels, nonEmptyText, pathId, shortText } from './common.js';
import { container } from './container-schema.js';
import { ipAddress, network, portDefinition } from './network-schema.js';

/** A path without empty parts and without a slash at its end, or the one word that looks otherwise. */
const isExecutor = (text: string): boolean =>
  text === '//cmd' || !(text.endsWith('/') || text.includes('//'));

const secretReference = object({ secret: requiredInLeaf(string()) });

const environmentValue: Reader<EnvironmentValue> = (json, path, violations) =>
  typeof json === 'string' ? json : secretReference(json, path, violations);

const unreachableTimes = object({
  inactiveAfterSeconds: withDefault(long({ min: 0 }), 0),
  expungeAfterSeconds: withDefault(long({ min: 0 }), 0),
});

/** Any text means disabled (`spec/definitions.md` §16 no. 18). */
const unreachableStrategy: Reader<UnreachableStrategy> = (json, path, violations) =>
  typeof json === 'string' ? 'disabled' : unreachableTimes(json, path, violations);

/** Which texts are limits is a rule of phase C (§9.2). */
const text = string();
const resourceLimit: Reader<number | string> = (json, path, violations) =>
  typeof json === 'number' ? json : text(json, path, violations);

/** More instances of one app than any cluster runs: the number is a mistake that would take all memory. */
export const MOST_INSTANCES = 1_000_000;

const amount = double({ min: 0 });
const share = double({ min: 0, max: 1 });

/**
 * Every key of an app and of an app update with its type and limits (§4.1, §4.2). Defaults of whole keys come in later:
 * an update has none.
 */
const fields = {
  cmd: optional(nonEmptyText),
  args: optional(array(string())),
  user: optional(string()),
  env: optional(record(environmentValue)),
  instances: optional(int({ min: 0, max: MOST_INSTANCES })),
  cpus: optional(amount),
  mem: optional(amount),
  disk: optional(amount),
  gpus: optional(count),
  resourceLimits: optional(object({ cpus: optional(resourceLimit), mem: optional(resourceLimit) })),
  executor: optional(string({ matches: isExecutor })),
  executorResources: optional(
    object({
      cpus: withDefault(amount, 0.1),
      mem: withDefault(double({ min: 32 }), 32),
      disk: withDefault(double({ min: 10 }), 10),
    }),
  ),
  constraints: optional(set(array(string()))),
  acceptedResourceRoles: optional(set(string())),
  role: optional(nonEmptyText),
  container: optional(container),
  networks: optional(array(network)),
  portDefinitions: optional(array(portDefinition)),
  requirePorts: optional(boolean),
  fetch: optional(
    array(
      object({
        uri: required(shortText),
        extract: withDefault(boolean, true),
        executable: withDefault(boolean, false),
        cache: withDefault(boolean, false),
        destPath: optional(shortText),
      }),
    ),
  ),
  healthChecks: optional(set(healthCheck)),
  check: optional(check),
  readinessChecks: optional(array(readinessCheck)),
  backoffSeconds: optional(count),
  backoffFactor: optional(double({ min: 1 })),
  maxLaunchDelaySeconds: optional(count),
  taskKillGracePeriodSeconds: optional(count),
  upgradeStrategy: optional(
    object({ minimumHealthCapacity: required(share), maximumOverCapacity: required(share) }),
  ),
  unreachableStrategy: optional(unreachableStrategy),
  killSelection: optional(literal('YOUNGEST_FIRST', 'OLDEST_FIRST')),
  dependencies: optional(set(string())),
  labels: optional(labels),
  secrets: optional(record(object({ source: required(nonEmptyText) }))),
  tty: optional(boolean),
  version: optional(string()),
  ports: optional(array(int())),
  uris: optional(array(string())),
  ipAddress: optional(ipAddress),
  residency: optional(
    object({
      relaunchEscalationTimeoutSeconds: withDefault(long({ min: 0 }), 3600),
      taskLostBehavior: withDefault(literal('WAIT_FOREVER', 'RELAUNCH_AFTER_TIMEOUT'), 'WAIT_FOREVER'),
    }),
  ),
};

/** A complete app whose id only its body tells. */
export const readIdentifiedApp = object({ id: required(pathId), ...fields });

/** An app whose id the URL tells, or an update: `id` may be absent. */
export const readApp = object({ id: optional(pathId), ...fields });

export type SubmittedApp = NonNullable<ReturnType<typeof readApp>>;
export type SubmittedContainerInput = NonNullable<SubmittedApp['container']>;
export type SubmittedIpAddress = NonNullable<SubmittedApp['ipAddress']>;
