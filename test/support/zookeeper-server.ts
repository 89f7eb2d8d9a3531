import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { JavaServer } from './java-server.js';
import { stablePorts } from './ports.js';
import { missingForZooKeeper, ZOOKEEPER_JAR } from './real-services.js';
import { temporaryDirectory } from './site.js';

/** The logger prints to the standard error stream, which goes to the server's log file. */
const CLASS_PATH = `${ZOOKEEPER_JAR}:/usr/share/java/slf4j-simple.jar`;

/** Granularity of session expiry; the shortest session is two of it. */
const TICK_MS = 250;

const FOUR_LETTER_TIMEOUT_MS = 2_000;

const POLL_INTERVAL_MS = 50;

const QUORUM_TIMEOUT_MS = 60_000;

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
export class ZooKeeperEnsemble {
  private constructor(
    private readonly directory: string,
    private readonly servers: readonly Server[],
  ) {}

  /** Starts the servers and waits until every one of them serves clients. */
  static async start({ size = 1 }: ZooKeeperOptions = {}): Promise<ZooKeeperEnsemble> {
    if (missingForZooKeeper !== undefined) throw new Error(missingForZooKeeper);
    const directory = temporaryDirectory();
    const ports = await stablePorts(size * 3);
    const peers = Array.from({ length: size }, (_, index) => ports.slice(index * 3, index * 3 + 3));
    const servers = peers.map((_, index) => prepareServer(join(directory, String(index + 1)), index, peers));
    const ensemble = new ZooKeeperEnsemble(directory, servers);
    try {
      for (const { process } of servers) process.launch();
      await Promise.all(servers.map(({ process }) => process.ready()));
    } catch (error) {
      await ensemble.dispose();
      throw error;
    }
    return ensemble;
  }

  /** `host:port` of every server, separated by commas. */
  get connectString(): string {
    return this.servers.map(({ clientPort }) => `127.0.0.1:${clientPort}`).join(',');
  }

  get size(): number {
    return this.servers.length;
  }

  /** Ends a server as a power cut would. */
  kill(index: number): Promise<void> {
    return this.process(index).kill();
  }

  /** Stops a server in an orderly way. */
  stop(index: number): Promise<void> {
    return this.process(index).stop();
  }

  /** Stops a server in its tracks; its connections stay open. */
  freeze(index: number): void {
    this.process(index).freeze();
  }

  /** Lets a frozen server go on. */
  thaw(index: number): void {
    this.process(index).thaw();
  }

  /** Starts a server that ended, on its port and data. Does not wait: alone it cannot serve before others are back. */
  launch(index: number): void {
    this.process(index).launch();
  }

  /** Starts a server that ended, on its port and data, and waits until it serves clients. */
  async restart(index: number): Promise<void> {
    this.launch(index);
    await this.process(index).ready();
  }

  /** Ends all servers at once as a power cut would. */
  async killAll(): Promise<void> {
    await Promise.all(this.servers.map(({ process }) => process.kill()));
  }

  /** Starts all servers that ended and waits until every one serves clients. */
  async restartAll(): Promise<void> {
    const ended = this.servers.filter(({ process }) => !process.isRunning);
    for (const { process } of ended) process.launch();
    await Promise.all(ended.map(({ process }) => process.ready()));
  }

  /** The part that a server plays now. */
  mode(index: number): Promise<ZooKeeperMode> {
    return modeOf(this.servers[index]!.clientPort);
  }

  /** Which server leads the ensemble (or is alone); waits while none does. */
  async leaderIndex(): Promise<number> {
    const deadlineMs = performance.now() + QUORUM_TIMEOUT_MS;
    for (;;) {
      const modes = await Promise.all(this.servers.map((_, index) => this.mode(index)));
      const index = modes.findIndex((mode) => mode === 'leader' || mode === 'standalone');
      if (index >= 0) return index;
      if (performance.now() > deadlineMs) throw new Error(`no server leads: ${modes.join(', ')}`);
      await delay(POLL_INTERVAL_MS);
    }
  }

  /** Ends all servers and removes their files. */
  async dispose(): Promise<void> {
    await this.killAll();
    rmSync(this.directory, { recursive: true, force: true });
  }

  private process(index: number): JavaServer {
    const server = this.servers[index];
    if (server === undefined) throw new RangeError(`there is no server ${index}`);
    return server.process;
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
