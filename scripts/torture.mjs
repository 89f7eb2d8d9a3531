/** `npm run torture`: installs, compiles and runs real faults against Ekiden (docs/torture.md). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { prepareKafka } from './prepare-kafka.mjs';
import { prepare, root, run } from './prepare.mjs';

prepare();
if (process.argv.some((argument) => argument.startsWith('--nodes'))) prepareKafka();
const flags = JSON.parse(readFileSync(join(root, 'scripts/node-flags.json'), 'utf8'));
run(process.execPath, [...flags, join(root, 'dist/test/torture/run.js'), ...process.argv.slice(2)]);
