import type { Violations } from '../../violations.js';
import { MUST_NOT_BE_EMPTY, featureDisabled } from '../../wordings.js';
import type { CanonicalApp } from '../canonical-app.js';
import type { Facts } from './facts.js';

/** Phase C: environment and secrets (`spec/definitions.md` §6). */
export function environmentRules(app: CanonicalApp, facts: Facts, violations: Violations): void {
  const enabled = facts.settings.enabledFeatures.has('secrets');
  const names = Object.keys(app.env);
  let references = 0;
  names.forEach((name, index) => {
    violations.require(name !== '', `/env/keys(${index})`, MUST_NOT_BE_EMPTY);
    const value = app.env[name];
    if (value === undefined || typeof value === 'string') return;
    references += 1;
    const known = Object.hasOwn(app.secrets, value.secret);
    violations.require(known, `/env/${name}/secret`, 'references an undefined secret');
  });
  if (references > 0 && !enabled) {
    violations.add(
      '/env',
      'use of secret-references in the environment requires the secrets feature to be enabled',
    );
  }
  const keys = Object.keys(app.secrets);
  violations.require(enabled || keys.length === 0, '/secrets', featureDisabled('secrets'));
  keys.forEach((key, index) => violations.require(key !== '', `/secrets/keys(${index})`, MUST_NOT_BE_EMPTY));
}
