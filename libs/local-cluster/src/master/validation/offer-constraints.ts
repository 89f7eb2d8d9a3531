import type { AttributePredicate, OfferConstraints } from '#mesos';

/**
 * Checks constraints of SUBSCRIBE or UPDATE_FRAMEWORK against the framework's roles (C§20.4).
 *
 * @returns the master's text, or undefined.
 */
export function offerConstraintsProblem(
  constraints: OfferConstraints | undefined,
  roles: readonly string[],
): string | undefined {
  for (const [role, { groups }] of Object.entries(constraints?.role_constraints ?? {})) {
    if (!roles.includes(role)) {
      return `Offer constraints specify role_constraints for a role '${role}' not contained in the set of roles`;
    }
    if (groups === undefined || groups.length === 0) {
      return invalid(role, "Empty 'groups'");
    }
    for (const group of groups) {
      const list = group.attribute_constraints ?? [];
      if (list.length === 0) return invalid(role, "Empty 'attribute_constraints'");
      const problem = list.map(constraintProblem).find((text) => text !== undefined);
      if (problem !== undefined) return invalid(role, problem);
    }
  }
  return undefined;
}

function invalid(role: string, problem: string): string {
  return `Offer constraints are not valid: role '${role}': ${problem}`;
}

function constraintProblem(constraint: { selector?: object; predicate?: object }): string | undefined {
  if (Object.keys(constraint.selector ?? {}).length !== 1) return 'Exactly one selector must be set';
  const predicate = constraint.predicate ?? {};
  if (Object.keys(predicate).length !== 1) return 'Exactly one predicate must be set';
  const regex = regexOf(predicate as AttributePredicate);
  return regex === undefined || compileFullMatch(regex) !== undefined
    ? undefined
    : `Failed to construct regex from pattern '${regex}'`;
}

function regexOf(predicate: AttributePredicate): string | undefined {
  if ('text_matches' in predicate) return predicate.text_matches.regex;
  return 'text_not_matches' in predicate ? predicate.text_not_matches.regex : undefined;
}

/** The pattern as a full match, or undefined when it is none. */
export function compileFullMatch(pattern: string): RegExp | undefined {
  try {
    return new RegExp(`^(?:${pattern})$`, 'u');
  } catch {
    // The engine's exception is its only way to say that a pattern is malformed.
    return undefined;
  }
}
