import type { AppDefinition } from '../../definitions/app/app-definition.js';
import { decimalText } from './decimal-text.js';
import type { PortAssignment } from './port-assignments.js';

/** Longer labels do not become variables. */
const LABEL_KEY_LIMIT = 493;
const LABEL_VALUE_LIMIT = 512;

const FIRST_FREE_PORT = 1025;
const LAST_PORT = 65_535;

export type Variables = ReadonlyMap<string, string>;

/** The variables that are the same for every task of a definition (`spec/scheduling.md` §4.2, order 1). */
export function definitionVariables(app: AppDefinition, enforcesGroupRole: boolean): Map<string, string> {
  const variables = new Map<string, string>([
    ['MARATHON_APP_ID', app.id],
    ['MARATHON_APP_VERSION', app.version],
  ]);
  const { container } = app;
  if (container?.type === 'DOCKER' && container.docker !== undefined) {
    variables.set('MARATHON_APP_DOCKER_IMAGE', container.docker.image);
  }
  variables.set('MARATHON_APP_RESOURCE_CPUS', decimalText(app.cpus));
  variables.set('MARATHON_APP_RESOURCE_MEM', decimalText(app.mem));
  variables.set('MARATHON_APP_RESOURCE_DISK', decimalText(app.disk));
  variables.set('MARATHON_APP_RESOURCE_GPUS', String(app.gpus));
  variables.set('MARATHON_APP_ENFORCE_GROUP_ROLE', enforcesGroupRole ? 'TRUE' : 'FALSE');
  for (const [name, value] of labelVariables(app.labels)) variables.set(name, value);
  return variables;
}

function labelVariables(labels: Readonly<Record<string, string>>): Map<string, string> {
  const values = new Map<string, string>();
  for (const [key, value] of Object.entries(labels)) {
    if (key.length >= LABEL_KEY_LIMIT || value.length >= LABEL_VALUE_LIMIT) continue;
    values.set(key.replace(/[^A-Za-z0-9_]+/g, '_').toUpperCase(), value);
  }
  const variables = new Map([['MARATHON_APP_LABELS', [...values.keys()].join(' ')]]);
  for (const [key, value] of values) variables.set(`MARATHON_APP_LABEL_${key}`, value);
  return variables;
}

/**
 * The port variables of one task, without prefix (`spec/scheduling.md` §4.2). A declared port 0 without host port gets a random
 * one by one of the `draws`, so that the task can at least choose to listen there.
 */
export function portVariables(
  assignments: readonly PortAssignment[],
  draws: readonly number[],
): Map<string, string> {
  const variables = new Map<string, string>();
  if (assignments.length === 0) return variables;
  let used: Set<number | undefined> | undefined;
  const hostPorts: number[] = [];
  const randomPorts: number[] = [];
  for (let index = 0; index < assignments.length; index++) {
    const { declared, hostPort, name } = assignments[index]!;
    let port = hostPort ?? declared;
    if (hostPort !== undefined) hostPorts.push(hostPort);
    else if (declared === 0) {
      used ??= portsOf(assignments);
      port = unusedPort(used, draws[randomPorts.length] ?? 0);
      randomPorts.push(port);
    }
    variables.set(`PORT${index}`, String(port));
    variables.set(`PORT_${declared === 0 ? port : declared}`, String(port));
    if (name !== undefined) variables.set(`PORT_${name.toUpperCase()}`, String(port));
  }
  const listed = randomPorts.length === 0 ? hostPorts : [...hostPorts, ...randomPorts];
  if (listed.length > 0) variables.set('PORT', String(listed[0]));
  variables.set('PORTS', listed.join(','));
  return variables;
}

const portsOf = (assignments: readonly PortAssignment[]): Set<number | undefined> =>
  new Set(assignments.flatMap(({ declared, hostPort }) => [declared, hostPort]));

function unusedPort(used: Set<number | undefined>, draw: number): number {
  const size = LAST_PORT - FIRST_FREE_PORT + 1;
  const start = Math.floor(draw * size);
  for (let step = 0; step < size; step += 1) {
    const port = FIRST_FREE_PORT + ((start + step) % size);
    if (used.has(port)) continue;
    used.add(port);
    return port;
  }
  throw new RangeError('a task uses every port there is');
}

/** What the user set; secret references are resolved elsewhere and are not among it. */
export function userVariables(env: AppDefinition['env']): Map<string, string> {
  const variables = new Map<string, string>();
  for (const [name, value] of Object.entries(env)) {
    if (typeof value === 'string') variables.set(name, value);
  }
  return variables;
}
