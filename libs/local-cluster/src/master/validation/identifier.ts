const LONGEST_ID = 255;

/**
 * Syntax of ids chosen by frameworks: tasks, executors, operations, persistent volumes (C§23). They become
 * directory names on agents.
 *
 * @returns what is wrong with it, or undefined.
 */
export function identifierProblem(id: string): string | undefined {
  if (id === '') return 'ID must not be empty';
  if (Buffer.byteLength(id) > LONGEST_ID) return `ID must not be greater than ${LONGEST_ID} characters`;
  if (id === '.' || id === '..') return `'${id}' is disallowed`;
  if ([...id].some(isForbidden)) return `'${id}' contains invalid characters`;
  return undefined;
}

function isForbidden(character: string): boolean {
  const code = character.codePointAt(0)!;
  return code < 0x20 || code === 0x7f || character === '/' || character === '\\';
}
