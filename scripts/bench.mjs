/** `npm run bench -- NAME`: installs, compiles and runs a benchmark (bench/README.md). */
import { join } from 'node:path';
import { prepare, root, run } from './prepare.mjs';

prepare();
run(process.execPath, [join(root, 'dist/bench/run.js'), ...process.argv.slice(2)]);
