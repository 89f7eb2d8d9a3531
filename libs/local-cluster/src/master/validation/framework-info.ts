import { validateRole, type FrameworkInfo, type FrameworkSubscription } from '#mesos';
import { offerConstraintsProblem } from './offer-constraints.js';

/** What the master's operator allows frameworks to be. */
export interface FrameworkPolicy {
  /** Whitelist; undefined allows every role. */
  readonly roles: readonly string[] | undefined;
  readonly rootSubmissions: boolean;
}

/** A nanosecond duration in 64 bits ends here; about 292 years. */
const LONGEST_FAILOVER_SECONDS = (2 ** 63 - 1) / 1e9;

/** Roles a framework takes part in: `roles` with MULTI_ROLE, else `role` (default `*`). */
export function rolesOf(info: FrameworkInfo): string[] {
  return isMultiRole(info) ? (info.roles ?? []) : [info.role ?? '*'];
}

function isMultiRole(info: FrameworkInfo): boolean {
  return info.capabilities?.some((capability) => capability.type === 'MULTI_ROLE') === true;
}

/**
 * Meaning of a SUBSCRIBE or UPDATE_FRAMEWORK besides the FrameworkInfo itself (C§6.7).
 *
 * @returns the text for the ERROR event or the 400 body, or undefined.
 */
export function subscriptionProblem(subscription: FrameworkSubscription): string | undefined {
  const info = subscription.framework_info;
  return (
    suppressedRolesProblem(info, subscription.suppressed_roles ?? []) ??
    offerConstraintsProblem(subscription.offer_constraints, rolesOf(info))
  );
}

/**
 * Meaning of a FrameworkInfo (C§6.7, C§8).
 *
 * @returns the text for the ERROR event or the 400 body, or undefined.
 */
export function frameworkInfoProblem(info: FrameworkInfo, policy: FrameworkPolicy): string | undefined {
  return (
    rolesProblem(info) ??
    whitelistProblem(info, policy.roles) ??
    (info.user === 'root' && !policy.rootSubmissions
      ? "User 'root' is not allowed to run frameworks without --root_submissions set"
      : undefined) ??
    failoverTimeoutProblem(info.failover_timeout ?? 0) ??
    offerFiltersProblem(info)
  );
}

function rolesProblem(info: FrameworkInfo): string | undefined {
  if (!isMultiRole(info)) {
    if (info.roles !== undefined && info.roles.length > 0) {
      return "'FrameworkInfo.roles' must not be set when the framework is not MULTI_ROLE capable";
    }
    const problem = validateRole(info.role ?? '*');
    return problem && `'FrameworkInfo.role' is not a valid role: ${problem}`;
  }
  if (info.role !== undefined) {
    return "'FrameworkInfo.role' must not be set when the framework is MULTI_ROLE capable";
  }
  const roles = info.roles ?? [];
  const duplicates = [...new Set(roles.filter((role, index) => roles.indexOf(role) !== index))];
  if (duplicates.length > 0) {
    return `'FrameworkInfo.roles' contains duplicate items: ${JSON.stringify(duplicates)}`;
  }
  const problem = roles.map(validateRole).find((text) => text !== undefined);
  return problem && `'FrameworkInfo.roles' contains invalid role: ${problem}`;
}

function whitelistProblem(info: FrameworkInfo, whitelist: readonly string[] | undefined): string | undefined {
  const strangers = whitelist === undefined ? [] : rolesOf(info).filter((role) => !whitelist.includes(role));
  return strangers.length === 0
    ? undefined
    : `Roles ${inBraces(strangers)} are not present in the master's --roles`;
}

function failoverTimeoutProblem(seconds: number): string | undefined {
  return seconds >= 0 && seconds <= LONGEST_FAILOVER_SECONDS
    ? undefined
    : `The framework failover_timeout (${seconds}) is invalid`;
}

function offerFiltersProblem(info: FrameworkInfo): string | undefined {
  for (const [role, filter] of Object.entries(info.offer_filters ?? {})) {
    // Without any set there is no minimum; a set that asks for nothing is a mistake.
    for (const { quantities = {} } of filter.min_allocatable_resources?.quantities ?? []) {
      const values = Object.values(quantities).map((quantity) => quantity.value);
      if (values.length === 0) return `Invalid offer filter for role '${role}': empty set of quantities`;
      if (!values.every((value) => Number.isFinite(value) && value >= 0)) {
        return `Invalid offer filter for role '${role}': quantities must be finite and non-negative`;
      }
    }
  }
  return undefined;
}

function suppressedRolesProblem(info: FrameworkInfo, suppressed: readonly string[]): string | undefined {
  const roles = new Set(rolesOf(info));
  const strangers = suppressed.filter((role) => !roles.has(role));
  return strangers.length === 0
    ? undefined
    : `Suppressed roles ${inBraces(strangers)} are not contained in the set of roles`;
}

function inBraces(names: readonly string[]): string {
  return `{ ${names.join(', ')} }`;
}
