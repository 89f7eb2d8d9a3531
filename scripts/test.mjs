/**
 * `npm test`: installs what the tests need, compiles, then lints and runs every test. Arguments after `--` go to
 * vitest and skip the lint, for working on a single file.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { prepare, root, run } from './prepare.mjs';

/** Programs outside npm that tests start. */
const PROGRAMS = { python3: 'python3', curl: 'curl', unzip: 'unzip', xz: 'xz-utils', bzip2: 'bzip2' };

prepare();
checkPrograms();
const filters = process.argv.slice(2);
if (filters.length === 0) run('npm', ['run', '--silent', 'lint']);
run(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...filters]);

/** A missing program is said once and loudly; the tests that need it then fail by name. */
function checkPrograms() {
  for (const [program, debianPackage] of Object.entries(PROGRAMS)) {
    const found = spawnSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' }).status === 0;
    if (!found)
      console.error(
        `!!! ${program} is missing (Debian package ${debianPackage}); tests that use it will fail`,
      );
  }
}
