import type { CheckInfo, HealthCheckInfo, TaskInfo } from '../../cluster/mesos-shapes.js';
import type { AppDefinition, Check, HealthCheck } from '../../definitions/app/app-definition.js';
import type { PortAssignment } from './port-assignments.js';

/**
 * The checks that the executor runs (`spec/scheduling.md` §5.5). A task carries one health check at most: the first
 * whose port is known.
 */
export function checksPart(
  app: AppDefinition,
  assignments: readonly PortAssignment[],
): Pick<TaskInfo, 'health_check' | 'check'> {
  const portOf = portResolver(app, assignments);
  const check = app.check === undefined ? undefined : checkOf(app.check, portOf);
  for (const definition of app.healthChecks) {
    const healthCheck = healthCheckOf(definition, portOf);
    if (healthCheck === undefined) continue;
    return { health_check: healthCheck, ...(check === undefined ? {} : { check }) };
  }
  return check === undefined ? {} : { check };
}

type Addressed = Pick<HealthCheck, 'port' | 'portIndex'>;
type PortResolver = (check: Addressed) => number | undefined;

/** The probe runs inside the container's network, so the port there is preferred to the one of the host. */
function portResolver(app: AppDefinition, assignments: readonly PortAssignment[]): PortResolver {
  const isMapped = app.container?.portMappings !== undefined;
  return ({ port, portIndex = 0 }) => {
    if (port !== undefined) return port;
    const assignment = assignments[portIndex];
    const known = isMapped ? assignment?.declared : assignment?.hostPort;
    return known === 0 ? undefined : known;
  };
}

function healthCheckOf(check: HealthCheck, portOf: PortResolver): HealthCheckInfo | undefined {
  const timing = {
    ...timingOf(check),
    consecutive_failures: check.maxConsecutiveFailures,
    grace_period_seconds: check.gracePeriodSeconds,
  };
  if (check.protocol === 'COMMAND') {
    return { type: 'COMMAND', ...timing, command: { shell: true, value: check.command?.value ?? '' } };
  }
  const port = check.protocol.startsWith('MESOS_') ? portOf(check) : undefined;
  if (port === undefined) return undefined;
  const protocol = check.ipProtocol;
  if (check.protocol === 'MESOS_TCP') return { type: 'TCP', ...timing, tcp: { protocol, port } };
  const scheme = check.protocol === 'MESOS_HTTPS' ? 'https' : 'http';
  return { type: 'HTTP', ...timing, http: { protocol, scheme, port, path: absolutePath(check.path) } };
}

function checkOf(check: Check, portOf: PortResolver): CheckInfo | undefined {
  const timing = timingOf(check);
  if (check.exec !== undefined) {
    const command = { shell: true, value: check.exec.command.shell };
    return { type: 'COMMAND', ...timing, command: { command } };
  }
  const port = portOf(check.http ?? check.tcp ?? {});
  if (port === undefined) return undefined;
  if (check.http === undefined) return { type: 'TCP', ...timing, tcp: { port } };
  const { path } = check.http;
  return { type: 'HTTP', ...timing, http: { port, ...(path === undefined ? {} : { path }) } };
}

const timingOf = (check: Pick<Check, 'delaySeconds' | 'intervalSeconds' | 'timeoutSeconds'>) => ({
  delay_seconds: check.delaySeconds,
  interval_seconds: check.intervalSeconds,
  timeout_seconds: check.timeoutSeconds,
});

/** Mesos refuses paths that do not begin with a slash. */
const absolutePath = (path = '/'): string => (path.startsWith('/') ? path : `/${path}`);
