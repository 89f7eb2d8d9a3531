/** `npm run local-cluster`: installs, compiles and runs a cluster of its own; everything after `--` goes to it. */
import { totalmem } from 'node:os';
import { prepare } from './prepare.mjs';
import { runServer } from './run-server.mjs';

prepare();
// A million simulated tasks need more than Node takes by itself; what is not used is not taken.
const isSimulation = process.argv.slice(2).some((argument) => /^--sim(=|$)/.test(argument));
const heapMb = Math.floor(Math.min(16_384, totalmem() / 2 ** 20 / 2));
runServer('dist/apps/local-cluster/src/main.js', isSimulation ? [`--max-old-space-size=${heapMb}`] : []);
