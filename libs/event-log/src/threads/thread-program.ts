import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of the project, as seen from the source of this module. */
const SOURCE_ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

/**
 * Path of the compiled program of a thread, `program`: beside the module that starts it or, when that is run from its
 * TypeScript source (tests), at the same place below `dist/`. Throws when it was not built.
 *
 * @param starter `import.meta.url` of the module that starts the thread.
 */
export function threadProgram(program: `${string}.js`, starter: string): string {
  const beside = fileURLToPath(new URL(program, starter));
  const path = starter.endsWith('.ts') ? join(SOURCE_ROOT, 'dist', relative(SOURCE_ROOT, beside)) : beside;
  if (!existsSync(path)) throw new Error(`${path} does not exist: run \`npm run build\` first`);
  return path;
}
