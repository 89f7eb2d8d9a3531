/** White space and control characters, 0x7f included. */
const FORBIDDEN_CHARACTER = /[\s\p{Cc}]/u;

/**
 * Checks a role name against the syntax of `spec/mesos-client.md §8`.
 *
 * @returns why the role is not valid; undefined if it is.
 */
export function validateRole(role: string): string | undefined {
  if (role === '*') {
    return undefined;
  }
  if (FORBIDDEN_CHARACTER.test(role)) {
    return `role '${role}' contains white space or a control character`;
  }
  for (const component of role.split('/')) {
    if (component === '') {
      return `role '${role}' is empty or has an empty component`;
    }
    if (component === '.' || component === '..' || component === '*') {
      return `role '${role}' has the forbidden component '${component}'`;
    }
    if (component.startsWith('-')) {
      return `role '${role}' has a component that starts with '-'`;
    }
  }
  return undefined;
}
