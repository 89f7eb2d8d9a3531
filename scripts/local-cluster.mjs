/** `npm run local-cluster`: installs, compiles and runs a cluster of its own; everything after `--` goes to it. */
import { prepare } from './prepare.mjs';
import { runServer } from './run-server.mjs';

prepare();
runServer('dist/apps/local-cluster/src/main.js');
