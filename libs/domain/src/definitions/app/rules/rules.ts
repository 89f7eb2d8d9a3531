import { isUri } from '../../uri.js';
import { Violations } from '../../violations.js';
import { INVALID_URI } from '../../wordings.js';
import type { UnversionedApp } from '../app-definition.js';
import type { CanonicalApp } from '../canonical-app.js';
import { checkRules, mesosCheckRules } from './check-rules.js';
import { commandRules, imageRules } from './command-rules.js';
import { constraintRules } from './constraint-rules.js';
import { containerRules } from './container-rules.js';
import { csiRules } from './csi-rules.js';
import { environmentRules } from './environment-rules.js';
import type { Facts } from './facts.js';
import { identityRules } from './identity-rules.js';
import { networkRules } from './network-rules.js';
import { profileRules } from './persistent-volume-rules.js';
import { portRangeRules, portRules } from './port-rules.js';
import { resourceRules } from './resource-rules.js';
import { residentRoleRules, roleRules } from './role-rules.js';
import { filledStrategyRules, strategyRules } from './strategy-rules.js';

/** Phase C: every rule on the canonical form (`spec/definitions.md` §2.1). */
export function canonicalViolations(app: CanonicalApp, facts: Facts): Violations {
  const violations = new Violations();
  identityRules(app, violations);
  commandRules(app, violations);
  containerRules(app, facts, violations);
  networkRules(app, facts, violations);
  portRules(app, violations);
  environmentRules(app, facts, violations);
  resourceRules(app, facts, violations);
  roleRules(app, facts, violations);
  strategyRules(app, violations);
  checkRules(app, violations);
  constraintRules(app.constraints, violations);
  app.fetch.forEach(({ uri }, index) => violations.require(isUri(uri), `/fetch(${index})/uri`, INVALID_URI));
  return violations;
}

/**
 * Phase M: the rules on the model that phase C could not judge yet. Rules of both phases are asked once, in C: what
 * passes there cannot fail here.
 */
export function modelViolations(app: UnversionedApp, facts: Facts): Violations {
  const violations = new Violations();
  imageRules(app, violations);
  portRangeRules(app, violations);
  residentRoleRules(app, facts, violations);
  filledStrategyRules(app, violations);
  mesosCheckRules(app, violations);
  profileRules(app, violations);
  csiRules(app, violations);
  return violations;
}
