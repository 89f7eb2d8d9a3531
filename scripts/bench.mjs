/** `npm run bench -- NAME`: installs, compiles and runs a benchmark (bench/README.md). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { prepare, root, run } from './prepare.mjs';

prepare();
const flags = JSON.parse(readFileSync(join(root, 'scripts/node-flags.json'), 'utf8'));
run(process.execPath, [...flags, join(root, 'dist/bench/run.js'), ...process.argv.slice(2)]);
