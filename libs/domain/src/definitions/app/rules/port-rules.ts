import type { Violations } from '../../violations.js';
import { PORT_NAMES_NOT_UNIQUE, notOneOf } from '../../wordings.js';
import type { Network, PortDefinition, PortMapping, UnversionedApp } from '../app-definition.js';
import type { CanonicalApp } from '../canonical-app.js';

const NETWORK_NAME_NEEDED =
  'networkNames must be a single item list when hostPort is specified and more than 1 container network is defined';

/** Phase C: port definitions and port mappings (`spec/definitions.md` §7.2). */
export function portRules(app: CanonicalApp, violations: Violations): void {
  if (app.portDefinitions !== undefined) definitionRules(app.portDefinitions, violations);
  const mappings = app.container?.portMappings;
  if (mappings !== undefined) mappingRules(mappings, app.networks, violations);
}

function definitionRules(definitions: readonly PortDefinition[], violations: Violations): void {
  const path = '/portDefinitions';
  violations.require(namesAreUnique(definitions), path, PORT_NAMES_NOT_UNIQUE);
  const fixed = definitions.map(({ port }) => port).filter((port) => port !== 0);
  violations.require(allDistinct(fixed), path, 'Ports must be unique.');
}

function mappingRules(
  mappings: readonly PortMapping[],
  networks: readonly Network[],
  violations: Violations,
): void {
  const path = '/container/portMappings';
  violations.require(namesAreUnique(mappings), path, PORT_NAMES_NOT_UNIQUE);
  const names = networks.map(({ name }) => name).filter((name) => name !== undefined);
  const severalNetworks = networks.filter(({ mode }) => mode === 'container').length > 1;
  mappings.forEach((mapping, index) => {
    const chosen = mapping.networkNames ?? [];
    chosen.forEach((name, position) =>
      violations.require(
        names.includes(name),
        `${path}(${index})/networkNames(${position})`,
        notOneOf(names),
      ),
    );
    const ambiguous = severalNetworks && mapping.hostPort !== undefined && chosen.length !== 1;
    violations.require(!ambiguous, `${path}(${index})`, NETWORK_NAME_NEEDED);
  });
}

/** Phase M: only deprecated `ports` let negative numbers through (§15). */
export function portRangeRules(app: UnversionedApp, violations: Violations): void {
  app.portDefinitions?.forEach(({ port }, index) =>
    violations.require(port >= 0, `/portDefinitions(${index})/port`, `got ${port}, expected 0 or more`),
  );
}

/** Whether no two ports share a name; ports without name do not count. */
export function namesAreUnique(ports: readonly { readonly name?: string }[]): boolean {
  return allDistinct(ports.map(({ name }) => name).filter((name) => name !== undefined));
}

function allDistinct(values: readonly unknown[]): boolean {
  return values.length < 2 || new Set(values).size === values.length;
}
