import type { Violations } from '../../violations.js';
import type { HealthCheck, PortDefinition, PortMapping, UnversionedApp } from '../app-definition.js';
import type { CanonicalApp } from '../canonical-app.js';

const BAD_HEALTH_CHECK_PORT =
  'Health check port indices must address an element of the ports array or container port mappings.';
const BAD_CHECK_PORT =
  'check port index must address an element of the ports array or container port mappings.';

interface PortHolder {
  readonly portDefinitions?: readonly PortDefinition[];
  readonly container?: { readonly portMappings?: readonly PortMapping[] };
}

/** Phase C: health checks, the general check and readiness checks (`spec/definitions.md` §10). */
export function checkRules(app: CanonicalApp, violations: Violations): void {
  app.healthChecks.forEach((check, index) =>
    healthCheckRules(app, check, `/healthChecks(${index})`, violations),
  );
  const commands = app.healthChecks.filter((check) => check.command !== undefined).length;
  const byMesos = app.healthChecks.filter(
    (check) => check.command !== undefined || isRunByMesos(check),
  ).length;
  violations.require(
    byMesos - commands <= 1,
    '/',
    'AppDefinition can contain at most one Mesos health check',
  );
  if (app.check !== undefined) generalCheckRules(app.check, violations);
  readinessRules(app, violations);
}

function healthCheckRules(app: CanonicalApp, check: HealthCheck, path: string, violations: Violations): void {
  commandCheckRules(check, path, violations);
  const byOrchestrator = check.command === undefined && !isRunByMesos(check);
  violations.require(!byOrchestrator || addressesPort(check, app), path, BAD_HEALTH_CHECK_PORT);
  const ipv6Allowed = app.container?.type === 'DOCKER' && isRunByMesos(check) && check.protocol !== 'COMMAND';
  violations.require(
    check.ipProtocol === 'IPv4' || ipv6Allowed,
    path,
    'IPv6 can only be used for container type DOCKER and Mesos http/https/tcp health checks',
  );
}

/** §16 no. 11: what the legacy server answered with 500. */
function commandCheckRules(check: HealthCheck, path: string, violations: Violations): void {
  if (check.command === undefined) {
    violations.require(check.protocol !== 'COMMAND', path, "protocol COMMAND requires 'command'");
    return;
  }
  violations.require(check.protocol === 'COMMAND', path, "'command' requires protocol COMMAND");
  const addressed = check.port !== undefined || check.path !== undefined;
  violations.require(!addressed, path, "'command' may not be combined with 'port' or 'path'");
}

/** §16 no. 12: what the legacy server accepted and failed on later. */
function generalCheckRules(check: NonNullable<CanonicalApp['check']>, violations: Violations): void {
  const path = '/check';
  const kinds = [check.http, check.tcp, check.exec].filter((kind) => kind !== undefined).length;
  violations.require(kinds === 1, path, "exactly one of 'http', 'tcp' and 'exec' must be defined");
  violations.require(check.http?.scheme !== 'HTTPS', path, 'scheme HTTPS is not supported');
  if (check.exec !== undefined && check.exec.command.shell === undefined) {
    violations.add(path, "'exec.command' must be a 'shell' command");
  }
}

function readinessRules(app: CanonicalApp, violations: Violations): void {
  const checks = app.readinessChecks;
  violations.require(checks.length <= 1, '/readinessChecks/size', `got ${checks.length}, expected 1 or less`);
  const ports = app.container?.portMappings ?? app.portDefinitions ?? [];
  checks.forEach((check, index) => {
    const path = `/readinessChecks(${index})`;
    violations.require(
      ports.some(({ name }) => name === check.portName),
      `${path}/portName`,
      `No port definition reference for portName ${check.portName}`,
    );
    violations.require(
      check.timeoutSeconds < check.intervalSeconds,
      `${path}/timeoutSeconds`,
      `got ${check.timeoutSeconds}, expected less than ${check.intervalSeconds}`,
    );
  });
}

/** Phase M: checks that Mesos runs address a port as well (§10.1, §10.2). */
export function mesosCheckRules(app: UnversionedApp, violations: Violations): void {
  app.healthChecks.forEach((check, index) => {
    const addressed = check.protocol === 'COMMAND' || addressesPort(check, app);
    violations.require(addressed, `/healthChecks(${index})`, BAD_HEALTH_CHECK_PORT);
  });
  const { check } = app;
  if (check === undefined) return;
  violations.require(
    app.container?.type !== 'DOCKER',
    '/',
    "AppDefinition must not use 'checks' if using docker",
  );
  const probe = check.http ?? check.tcp;
  violations.require(probe === undefined || addressesPort(probe, app), '/check/get', BAD_CHECK_PORT);
}

function isRunByMesos({ protocol }: HealthCheck): boolean {
  return protocol === 'COMMAND' || protocol.startsWith('MESOS_');
}

/** The index is in range; or `port` is set; or there is exactly one port to mean. */
function addressesPort(
  check: { readonly port?: number; readonly portIndex?: number },
  app: PortHolder,
): boolean {
  const mappings = app.container?.portMappings ?? [];
  const ports = mappings.length > 0 ? mappings : (app.portDefinitions ?? []);
  if (check.portIndex !== undefined) return check.portIndex < ports.length;
  return check.port !== undefined || ports.length === 1;
}
