import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Path of a program of this library that runs in a Node process of its own, such as `supervisor/main.js`.
 *
 * Such a process needs JavaScript. Run from the build it stands beside this module. Run from the TypeScript
 * sources (tests), it is the compiled one under `dist/` of the same project: `npm run build` comes before the
 * tests, as it does in CI. Throws, with that advice, when it is missing.
 */
export function programPath(name: string): string {
  const beside = fileURLToPath(new URL(`../${name}.js`, import.meta.url));
  const isSource = import.meta.url.endsWith('.ts');
  const path = isSource ? beside.replace(sourceFolder, `/dist/${sourceFolder.slice(1)}`) : beside;
  if (!existsSync(path)) throw new Error(`${path} does not exist: run \`npm run build\` first`);
  return path;
}

/** Where this library lies in the project, which is also where it lies under `dist/`. */
const sourceFolder = '/libs/local-cluster/src/';
