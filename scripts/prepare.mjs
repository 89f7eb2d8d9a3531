/**
 * Brings a fresh clone into a state in which it can run: installs the packages of the lock file and compiles.
 * Needs nothing but Node and npm; does nothing that is already done.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

const OLDEST_NODE = [20, 19];

/** Installs and compiles; ends the process with a message when that is impossible. */
export function prepare() {
  checkNode();
  install();
  compile();
}

/** Runs a command in the project; ends the process with its exit code if it fails. */
export function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  if (error) fail(`${command} cannot be run: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

/** The compiler proper: two packages provide a `tsc`, so none is called by name. */
export const compiler = join(root, 'node_modules/typescript-7/bin/tsc');

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [needMajor, needMinor] = OLDEST_NODE;
  if (major > needMajor || (major === needMajor && minor >= needMinor)) return;
  fail(`Ekiden needs Node ${OLDEST_NODE.join('.')} or newer; this is ${process.versions.node}`);
}

/** The packages are those of the lock file as it was when they were last installed with this Node. */
function install() {
  const lock = readFileSync(join(root, 'package-lock.json'));
  const wanted = createHash('sha256').update(lock).update(process.versions.modules).digest('hex');
  const marker = join(root, 'node_modules/.ekiden-installed');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) return;
  console.error('Installing packages (once; about half a minute) …');
  // Not `npm ci`: it refuses a lock file without the optional binaries of platforms that a registry does not carry.
  const quietly = ['--no-save', '--no-audit', '--no-fund', '--loglevel', 'error'];
  run('npm', ['install', ...quietly], { stdio: ['ignore', 'ignore', 'inherit'] });
  writeFileSync(marker, wanted);
}

function compile() {
  if (!existsSync(join(root, 'dist/apps/ekiden/src/main.js'))) console.error('Compiling (once) …');
  run(process.execPath, [compiler, '-b'], { stdio: ['ignore', 2, 2] });
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
