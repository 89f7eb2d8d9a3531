#!/usr/bin/env node
/**
 * `npx ekiden`: a command of the command line if the first argument is a word, else a node, as `npm start` starts it.
 * Installs and compiles what a fresh clone lacks; a command on a compiled clone starts at once.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const commandLine = join(root, 'dist/apps/ekiden/src/run-command-line.js');
const [word] = process.argv.slice(2);

if (word !== undefined && !word.startsWith('-')) {
  if (!existsSync(commandLine)) (await import('./prepare.mjs')).prepare();
  await (await import(commandLine)).runCommandLine();
} else {
  (await import('./prepare.mjs')).prepare();
  (await import('./run-server.mjs')).runServer('dist/apps/ekiden/src/main.js');
}
