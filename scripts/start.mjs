/** `npm start`: installs, compiles and runs Ekiden; everything after `--` goes to it. */
import { prepare } from './prepare.mjs';
import { runServer } from './run-server.mjs';

prepare();
runServer('dist/apps/ekiden/src/main.js');
