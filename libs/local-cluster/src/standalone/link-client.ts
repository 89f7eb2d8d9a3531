import { request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { MasterDetector } from '#mesos';
import type { MemoryLink } from '../link/link.js';
import { bridge, LINK_PATH, LINK_PROTOCOL, type LinkSocket } from '../link/socket-bridge.js';
import type { Logger } from '../runtime/logger.js';
import type { Random } from '../runtime/random.js';

export interface LinkClientSettings {
  /** Its agent end is the agent's; the other one is reached over the network. */
  readonly link: MemoryLink;
  readonly detector: MasterDetector;
  readonly random: Random;
  readonly logger: Logger;
}

/** Pauses between attempts, drawn up to a bound that doubles. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;
const DIAL_TIMEOUT_MS = 5_000;

/** Keeps the link of an agent connected to whichever master leads (spec/local-cluster.md §7.1, C§5). */
export class LinkClient {
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private pauseMs = FIRST_PAUSE_MS;

  constructor(private readonly settings: LinkClientSettings) {}

  start(): void {
    this.running ??= this.run().catch((error: unknown) => {
      // The one way out: the detector was told to stop waiting.
      if (!this.stopping.signal.aborted) {
        this.settings.logger.error({ error: String(error) }, 'the link to the master has failed for good');
      }
    });
  }

  /** Takes the link down for good. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.settings.link.disconnect();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    const { detector, logger } = this.settings;
    while (!signal.aborted) {
      const master = await detector.detect(signal);
      const socket = await dial(master, signal);
      if (signal.aborted) socket?.socket.destroy();
      else if (socket !== undefined) {
        detector.confirm();
        this.pauseMs = FIRST_PAUSE_MS;
        logger.info({ master: master.host }, 'linked to the master');
        await this.serve(master, socket);
        logger.warn({ master: master.host }, 'the link to the master is down');
      }
      if (socket === undefined && detector.reject()) continue;
      await this.pause();
    }
  }

  /** Until the connection ends, which it also does when another master leads. */
  private async serve(master: URL, socket: LinkSocket): Promise<void> {
    const { link, detector } = this.settings;
    const stopWatching = detector.onLeaderChange((leader) => {
      if (leader.origin !== master.origin) socket.socket.destroy();
    });
    await bridge(link, link.masterEnd, socket);
    stopWatching();
  }

  private async pause(): Promise<void> {
    const { random } = this.settings;
    const { signal } = this.stopping;
    const pauseMs = random.next() * this.pauseMs;
    this.pauseMs = Math.min(this.pauseMs * 2, LONGEST_PAUSE_MS);
    await delay(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}

/** Asks a master for a link; nothing when it does not lead, or is not there. */
function dial(master: URL, signal: AbortSignal): Promise<LinkSocket | undefined> {
  return new Promise((resolve) => {
    const headers = { Connection: 'Upgrade', Upgrade: LINK_PROTOCOL };
    const outgoing = request(new URL(LINK_PATH, master), { headers, signal, timeout: DIAL_TIMEOUT_MS });
    outgoing.on('upgrade', (_, socket, head) => resolve({ socket, head }));
    outgoing.on('response', (response) => {
      response.resume();
      resolve(undefined);
    });
    outgoing.on('timeout', () => outgoing.destroy());
    outgoing.on('error', () => resolve(undefined));
    outgoing.on('close', () => resolve(undefined));
    outgoing.end();
  });
}
