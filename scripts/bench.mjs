/** `npm run bench -- NAME`: installs, compiles and runs a benchmark (bench/README.md). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { prepareKafka } from './prepare-kafka.mjs';
import { prepare, root, run } from './prepare.mjs';

prepare();
if (process.argv[2] === 'cluster') prepareKafka();
const flags = JSON.parse(readFileSync(join(root, 'scripts/node-flags.json'), 'utf8'));
run(process.execPath, [...flags, join(root, 'dist/bench/run.js'), ...process.argv.slice(2)]);
