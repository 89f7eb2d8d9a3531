import type { Ekiden } from './ekiden.js';

/** What somebody who has just started Ekiden wants to know: where it is, where data lies, what to try first. */
export function banner(ekiden: Ekiden, keepsTasks: boolean): string {
  const { url, dataDir, masterUrl } = ekiden;
  const cluster = masterUrl === undefined ? [] : [`  Cluster   this machine (Mesos API on ${masterUrl})`];
  const tasks = masterUrl === undefined ? '' : keepsTasks ? '; tasks go on running' : ' and ends its tasks';
  return [
    '',
    'Ekiden is ready.',
    `  API       ${url}`,
    `  Data      ${dataDir}`,
    ...cluster,
    '',
    'Try:',
    `  curl -X POST ${url}/v2/apps -H 'Content-Type: application/json' \\`,
    `       -d '{"id": "hello", "cmd": "while true; do echo hello; sleep 5; done", "cpus": 0.1, "mem": 32}'`,
    `  curl ${url}/v2/tasks`,
    '',
    `Ctrl-C stops Ekiden${tasks}.`,
    '',
  ].join('\n');
}
