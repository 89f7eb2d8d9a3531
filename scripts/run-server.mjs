import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './prepare.mjs';

/** Runs a compiled program of the project until it ends; arguments after `--` of npm go to it. */
export function runServer(main, moreFlags = []) {
  const flags = JSON.parse(readFileSync(join(root, 'scripts/node-flags.json'), 'utf8'));
  const server = spawn(
    process.execPath,
    [...flags, ...moreFlags, join(root, main), ...process.argv.slice(2)],
    {
      stdio: 'inherit',
    },
  );
  // A terminal sends Ctrl-C to everybody; others signal only this process. Either way the server decides when to end.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (!process.stdin.isTTY) server.kill(signal);
    });
  }
  server.on('exit', (code) => process.exit(code ?? 1));
}
