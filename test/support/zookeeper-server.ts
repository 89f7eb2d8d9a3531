import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { eventually } from './eventually.js';
import { JavaServer } from './java-server.js';
import { stablePorts } from './ports.js';
import { missingForZooKeeper, ZOOKEEPER_JAR } from './real-services.js';
import { ServerGroup } from './server-group.js';
import { temporaryDirectory } from './site.js';

/** The logger prints to the standard error stream, which goes to the server's log file. */
const CLASS_PATH = `${ZOOKEEPER_JAR}:/usr/share/java/slf4j-simple.jar`;

/** Granularity of session expiry; the shortest session is two of it. */
const TICK_MS = 250;

const FOUR_LETTER_TIMEOUT_MS = 2_000;

export interface ZooKeeperOptions {
  /** One (the default) or an odd number for an ensemble. */
  readonly size?: number;
}

/** What a server says of itself: it leads or follows in an ensemble, is alone, or has no quorum. */
export type ZooKeeperMode = 'leader' | 'follower' | 'standalone' | 'none';

interface Server {
  readonly clientPort: number;
  readonly process: JavaServer;
}

/** Real ZooKeeper servers on loopback: one, or an ensemble. Sessions of 500 ms up to a minute can be asked for. */
export class ZooKeeperEnsemble extends ServerGroup {
  private constructor(
    directory: string,
    private readonly servers: readonly Server[],
  ) {
    super(
      directory,
      servers.map(({ process }) => process),
    );
  }

  /** Starts the servers and waits until every one of them serves clients. */
  static async start({ size = 1 }: ZooKeeperOptions = {}): Promise<ZooKeeperEnsemble> {
    if (missingForZooKeeper !== undefined) throw new Error(missingForZooKeeper);
    const directory = temporaryDirectory();
    const ports = await stablePorts(size * 3);
    const peers = Array.from({ length: size }, (_, index) => ports.slice(index * 3, index * 3 + 3));
    const servers = peers.map((_, index) => prepareServer(join(directory, String(index + 1)), index, peers));
    return new ZooKeeperEnsemble(directory, servers).begin();
  }

  /** `host:port` of every server, separated by commas. */
  get connectString(): string {
    return this.servers.map(({ clientPort }) => `127.0.0.1:${clientPort}`).join(',');
  }

  /** The part that a server plays now. */
  mode(index: number): Promise<ZooKeeperMode> {
    return modeOf(this.servers[index]!.clientPort);
  }

  /** Which server leads the ensemble (or is alone); waits while none does. */
  async leaderIndex(): Promise<number> {
    const index = await eventually(
      async () => {
        const modes = await Promise.all(this.servers.map((_, at) => this.mode(at)));
        const leader = modes.findIndex((mode) => mode === 'leader' || mode === 'standalone');
        return leader < 0 ? undefined : { leader };
      },
      { what: 'a leader of the ZooKeeper ensemble' },
    );
    return index.leader;
  }
}

/** Writes what a server needs to start. `peers` holds client, peer and election port of every server. */
function prepareServer(directory: string, index: number, peers: readonly number[][]): Server {
  const [clientPort] = peers[index]! as [number];
  mkdirSync(directory, { recursive: true });
  const configFile = join(directory, 'zoo.cfg');
  writeFileSync(configFile, configuration(directory, clientPort, peers));
  writeFileSync(join(directory, 'myid'), `${index + 1}\n`);
  const process = new JavaServer({
    name: `ZooKeeper server ${index + 1} of ${peers.length}`,
    args: [
      '-Xmx96m',
      '-XX:+UseSerialGC',
      '-XX:TieredStopAtLevel=1',
      '-Dorg.slf4j.simpleLogger.defaultLogLevel=info',
      '-Dorg.slf4j.simpleLogger.showDateTime=true',
      '-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS',
      '-Dzookeeper.jmx.log4j.disable=true',
      // Killed servers keep what the kernel has; a test machine does not lose its power.
      '-Dzookeeper.forceSync=no',
      '-cp',
      CLASS_PATH,
      'org.apache.zookeeper.server.quorum.QuorumPeerMain',
      configFile,
    ],
    workingDir: directory,
    logFile: join(directory, 'server.log'),
    answers: async () => (await modeOf(clientPort)) !== 'none',
  });
  return { clientPort, process };
}

function configuration(directory: string, clientPort: number, peers: readonly number[][]): string {
  const ensemble = peers.map(
    ([, peerPort, electionPort], index) => `server.${index + 1}=127.0.0.1:${peerPort}:${electionPort}`,
  );
  return [
    `tickTime=${TICK_MS}`,
    'initLimit=40',
    'syncLimit=8',
    `minSessionTimeout=${2 * TICK_MS}`,
    'maxSessionTimeout=60000',
    'maxClientCnxns=0',
    `dataDir=${directory}`,
    'clientPortAddress=127.0.0.1',
    `clientPort=${clientPort}`,
    'admin.enableServer=false',
    '4lw.commands.whitelist=*',
    ...(peers.length > 1 ? ensemble : []),
    '',
  ].join('\n');
}

async function modeOf(clientPort: number): Promise<ZooKeeperMode> {
  const answer = await fourLetterWord(clientPort, 'srvr').catch(() => '');
  const mode = /^Mode: (\w+)$/m.exec(answer)?.[1];
  return (mode as ZooKeeperMode | undefined) ?? 'none';
}

/** Sends one of ZooKeeper's four-letter commands and returns what is answered until the server hangs up. */
function fourLetterWord(port: number, word: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect({ host: '127.0.0.1', port });
    socket.setTimeout(FOUR_LETTER_TIMEOUT_MS, () => socket.destroy(new Error(`no answer to ${word}`)));
    socket.setEncoding('utf8');
    socket.on('connect', () => socket.write(word));
    socket.on('data', (chunk: string) => (answer += chunk));
    socket.on('error', reject);
    socket.on('close', () => resolve(answer));
  });
}
