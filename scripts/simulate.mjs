/** `npm run simulate`: installs, compiles and runs clusters over virtual time (docs/simulation.md). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { prepare, root, run } from './prepare.mjs';

prepare();
const flags = JSON.parse(readFileSync(join(root, 'scripts/node-flags.json'), 'utf8'));
run(process.execPath, [...flags, join(root, 'dist/test/simulation/main.js'), ...process.argv.slice(2)]);
