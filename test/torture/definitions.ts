import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LaunchDiary } from '../support/launch-diary.js';
import type { Chance } from './chance.js';

/** Environment variable of every task: which definition it was started from. */
export const EDITION = 'TORTURE_EDITION';

/** Serves one answer on `$PORT0` until it is ended; starts in a few milliseconds. */
const SERVER = `
import os, socket, sys
listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind((sys.argv[1], int(os.environ['PORT0'])))
listener.listen(64)
while True:
    peer, _ = listener.accept()
    peer.settimeout(2)
    try:
        peer.recv(4096)
        peer.sendall(b'HTTP/1.1 200 OK\\r\\ncontent-length: 2\\r\\nconnection: close\\r\\n\\r\\nok')
    except OSError:
        pass
    peer.close()
`;

/** Who probes a server, and where. */
const KINDS = [
  { protocol: undefined, address: undefined },
  { protocol: 'HTTP', address: '$HOST' },
  { protocol: 'MESOS_HTTP', address: '127.0.0.1' },
] as const;

const STRATEGIES = [
  { minimumHealthCapacity: 1, maximumOverCapacity: 1 },
  { minimumHealthCapacity: 0.5, maximumOverCapacity: 0.5 },
  { minimumHealthCapacity: 0, maximumOverCapacity: 0 },
];

/** Replaced at once, after a while, or never. */
const UNREACHABLE = [
  { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 },
  { inactiveAfterSeconds: 1, expungeAfterSeconds: 3 },
  'disabled',
];

/** What the tasks of a run are, and the diary that each of them writes on its start. */
export class Definitions {
  readonly diary: LaunchDiary;
  private readonly server: string;
  private lastEdition = 0;

  /** @param directory of the run, for the diary and the program of the servers */
  constructor(directory: string) {
    this.diary = new LaunchDiary(join(directory, 'launches.txt'));
    this.server = join(directory, 'server.py');
    writeFileSync(this.server, SERVER);
  }

  /** A number that no definition had before. */
  newEdition(): number {
    return (this.lastEdition += 1);
  }

  /**
   * A definition of an app. Every third app sleeps, every third serves under the probes of Ekiden, every third under those
   * of the agent.
   */
  of(id: string, edition: number, instances: number, chance: Chance): Record<string, unknown> {
    const kind = KINDS[id.charCodeAt(id.length - 1) % KINDS.length]!;
    const serves = kind.protocol !== undefined;
    return {
      id,
      cmd: this.diary.command(
        serves ? `exec python3 -S -E ${this.server} ${kind.address}` : 'exec sleep 100000',
      ),
      cpus: 0.01,
      mem: 8,
      instances,
      env: { [EDITION]: String(edition) },
      portDefinitions: serves ? [{ port: 0 }] : [],
      healthChecks: serves ? [probe(kind.protocol)] : [],
      upgradeStrategy: chance.pick(STRATEGIES),
      unreachableStrategy: chance.pick(UNREACHABLE),
      backoffSeconds: 1,
      backoffFactor: 1,
      maxLaunchDelaySeconds: 1,
      taskKillGracePeriodSeconds: 1,
    };
  }
}

const probe = (protocol: string) => ({
  protocol,
  path: '/',
  portIndex: 0,
  gracePeriodSeconds: 5,
  delaySeconds: 0,
  intervalSeconds: 1,
  timeoutSeconds: 3,
  maxConsecutiveFailures: 4,
});
