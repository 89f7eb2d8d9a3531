/** `npm run torture`: installs, compiles and runs real faults against Ekiden (docs/torture.md). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { prepare, root, run } from './prepare.mjs';

prepare();
const flags = JSON.parse(readFileSync(join(root, 'scripts/node-flags.json'), 'utf8'));
run(process.execPath, [...flags, join(root, 'dist/test/torture/run.js'), ...process.argv.slice(2)]);
