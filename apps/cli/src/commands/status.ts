import type { Call } from '../command-line/command.js';
import { EXIT, type ExitCode } from '../errors.js';

interface StatusAnswer {
  readonly leader?: string | null;
  readonly apps?: number;
  readonly deployments?: number;
  readonly node?: string;
  readonly position?: number;
  readonly logBytes?: number;
  readonly mesos?: { readonly connected?: boolean; readonly master?: string | null } | null;
  readonly version?: string;
}

/** Who leads, where the log stands, and whether Mesos is there; 1 if it is not. */
export async function showStatus({ api, screen }: Call): Promise<ExitCode> {
  const { text } = await api.send({ method: 'GET', path: '/ekiden/v1/status' });
  const status = JSON.parse(text) as StatusAnswer;
  const connected = status.mesos?.connected === true;
  if (screen.json) screen.body(text);
  else {
    screen.fields([
      ['node', status.node],
      ['leader', status.leader ?? 'none'],
      ['version', status.version],
      ['apps', status.apps],
      ['deployments', status.deployments],
      ['position', status.position],
      ['log', status.logBytes === undefined ? undefined : `${(status.logBytes / 1024 ** 2).toFixed(1)} MiB`],
      ['mesos', connected ? `connected to ${status.mesos?.master ?? 'the master'}` : 'not connected'],
    ]);
  }
  return connected ? EXIT.ok : EXIT.failed;
}
