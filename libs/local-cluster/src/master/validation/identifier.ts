const LONGEST_ID = 255;

/**
 * Syntax of ids chosen by frameworks: tasks, executors, operations, persistent volumes (C§23). They become
 * directory names on agents.
 *
 * @returns what is wrong with it, or undefined.
 */
export function identifierProblem(id: string): string | undefined {
  if (id === '') return 'ID must not be empty';
  // A character takes three bytes at most, or four for two of its halves.
  if (id.length * 3 > LONGEST_ID && Buffer.byteLength(id) > LONGEST_ID)
    return `ID must not be greater than ${LONGEST_ID} characters`;
  if (id === '.' || id === '..') return `'${id}' is disallowed`;
  for (let place = 0; place < id.length; place += 1) {
    if (isForbidden(id.charCodeAt(place))) return `'${id}' contains invalid characters`;
  }
  return undefined;
}

const SLASH = 0x2f;
const BACKSLASH = 0x5c;
const DELETE = 0x7f;

function isForbidden(code: number): boolean {
  return code < 0x20 || code === DELETE || code === SLASH || code === BACKSLASH;
}
