import { isUri } from '../uri.js';
import { Violations } from '../violations.js';
import { INVALID_URI, MUST_BE_EMPTY, PORT_NAMES_NOT_UNIQUE } from '../wordings.js';
import { namesAreUnique } from './rules/port-rules.js';
import type { SubmittedApp } from './schema/app-schema.js';

const MAX_PORT = 65535;

/**
 * Phase L (`spec/definitions.md` §2.1, §4.5, §5.2, §7.2, §7.3): how deprecated keys may stand beside each other and
 * beside modern ones.
 */
export function legacyViolations(app: SubmittedApp): Violations {
  const violations = new Violations();
  if (app.container !== undefined) dockerRules(app.container, violations);
  if (app.ipAddress !== undefined) ipAddressRules(app, violations);
  if (app.uris !== undefined) uriRules(app, violations);
  if (app.ports !== undefined) portRules(app, app.ports, violations);
  const dockerNetwork = app.container?.docker?.network;
  if (dockerNetwork !== undefined && !isEmpty(app.networks)) {
    violations.add('/', 'must not specify both container.docker.network and networks');
  }
  return violations;
}

function dockerRules(container: NonNullable<SubmittedApp['container']>, violations: Violations): void {
  const { docker, type } = container;
  if (docker === undefined) return;
  const path = '/container/docker';
  violations.require(docker.credential === undefined, `${path}/credential`, MUST_BE_EMPTY);
  if (type === 'MESOS') {
    violations.require(docker.network === undefined, `${path}/network`, MUST_BE_EMPTY);
    violations.require(docker.parameters.length === 0, `${path}/parameters`, MUST_BE_EMPTY);
    violations.require(docker.portMappings === undefined, `${path}/portMappings`, MUST_BE_EMPTY);
  }
  violations.require(
    namesAreUnique(docker.portMappings ?? []),
    `${path}/portMappings`,
    PORT_NAMES_NOT_UNIQUE,
  );
}

function ipAddressRules(app: SubmittedApp, violations: Violations): void {
  violations.require(isEmpty(app.networks), '/', 'must not specify both networks and ipAddress');
  const portless = isEmpty(app.ports) && isEmpty(app.portDefinitions);
  violations.require(portless, '/', 'cannot specify both an IP address and port');
  const inDocker = app.container?.type === 'DOCKER' && app.ipAddress?.discovery !== undefined;
  violations.require(!inDocker, '/ipAddress', 'ipAddress/discovery is not allowed for Docker containers');
}

function uriRules(app: SubmittedApp, violations: Violations): void {
  app.uris?.forEach((uri, index) => violations.require(isUri(uri), `/uris(${index})`, INVALID_URI));
  const doubled = !isEmpty(app.uris) && !isEmpty(app.fetch);
  violations.require(!doubled, '/uris', 'may not be set in conjunction with fetch');
}

function portRules(app: SubmittedApp, ports: readonly number[], violations: Violations): void {
  const fixed = ports.filter((port) => port !== 0);
  violations.require(new Set(fixed).size === fixed.length, '/', 'ports must be unique');
  ports.forEach((port, index) =>
    violations.require(port <= MAX_PORT, `/ports(${index})`, `got ${port}, expected ${MAX_PORT} or less`),
  );
  if (app.portDefinitions !== undefined) {
    const defined = app.portDefinitions.map((definition) => definition.port);
    const same = defined.length === ports.length && defined.every((port, index) => port === ports[index]);
    violations.require(same, '/', 'cannot specify both ports and port definitions');
  }
}

function isEmpty(list: readonly unknown[] | undefined): boolean {
  return list === undefined || list.length === 0;
}
