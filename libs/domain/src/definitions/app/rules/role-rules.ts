import type { Violations } from '../../violations.js';
import { MUST_NOT_BE_EMPTY } from '../../wordings.js';
import type { UnversionedApp } from '../app-definition.js';
import type { CanonicalApp } from '../canonical-app.js';
import { isResident } from '../residency.js';
import type { Facts } from './facts.js';

const UNRESERVED = '*';

/** Characters that Mesos refuses in role names, by the name that error texts give them. */
const FORBIDDEN_CHARACTERS: ReadonlyMap<string, string> = new Map([
  ['\u0009', 'horizontal tab (\\x09)'],
  ['\u000a', 'line feed (\\x0a)'],
  ['\u000b', 'vertical tab (\\x0b)'],
  ['\u000c', 'form feed (\\x0c)'],
  ['\u000d', 'carriage return (\\x0d)'],
  ['\u0020', 'space (\\x20)'],
  ['\u002f', 'slash (\\x2f)'],
  ['\u007f', 'backspace (\\x7f)'],
]);

/** Phase C (`spec/definitions.md` §11). */
export function roleRules(app: CanonicalApp, facts: Facts, violations: Violations): void {
  const allowed = facts.roles.allowedRoles;
  violations.require(
    allowed.includes(app.role),
    '/role',
    `got ${app.role}, expected one of: [${allowed.join(', ')}]`,
  );
  if (app.acceptedResourceRoles !== undefined) {
    acceptedRoleRules(app, app.acceptedResourceRoles, violations);
  }
}

function acceptedRoleRules(app: CanonicalApp, accepted: readonly string[], violations: Violations): void {
  const path = '/acceptedResourceRoles';
  violations.require(accepted.length > 0, path, MUST_NOT_BE_EMPTY);
  const subset = accepted.every((role) => role === UNRESERVED || role === app.role);
  const names = [...new Set([UNRESERVED, app.role])].toSorted().join(' and ');
  violations.require(subset, path, `acceptedResourceRoles can only contain ${names}`);
  if (app.resident) {
    const unreservedOnly = accepted.length === 1 && accepted[0] === UNRESERVED;
    violations.require(unreservedOnly, path, 'A resident app must have `acceptedResourceRoles = ["*"]`.');
  }
  accepted.forEach((role, index) => roleNameRules(role, `${path}(${index})`, violations));
}

function roleNameRules(role: string, path: string, violations: Violations): void {
  if (role === '' || role === '.' || role === '..') {
    violations.add(path, `A role name must not be "${role}".`);
  }
  violations.require(!role.startsWith('-'), path, "A role name must not start with a '-'.");
  [...role].forEach((character, position) => {
    const name = FORBIDDEN_CHARACTERS.get(character);
    if (name !== undefined) {
      violations.add(`${path}(${position})`, `A role name must not include a ${name} character.`);
    }
  });
}

/** Phase M: roles of apps that hold reservations (§11). */
export function residentRoleRules(app: UnversionedApp, facts: Facts, violations: Violations): void {
  if (!isResident(app)) return;
  violations.require(app.role !== UNRESERVED, '/role', `Resident apps cannot have the role ${UNRESERVED}`);
  const existing = facts.roles.existingRole;
  if (existing !== undefined && existing !== app.role && !facts.force) {
    violations.add(
      '/role',
      'It is not possible to change the role for existing reservations. ' +
        `Instances that exist keep running with the role ${existing}; only new ones get the role ${app.role}. ` +
        'Repeat the request with ?force=true to do so.',
    );
  }
}
