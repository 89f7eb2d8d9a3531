import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Master, type MasterSettings } from '../master/master.js';
import type { ClusterMember } from './cluster-member.js';

/** How a master fails over (spec/local-cluster.md §20.5). */
export interface Failover {
  /** The next master knows of no agent. */
  readonly loseRegistry: boolean;
  /** Agents come back after this time. */
  readonly agentDelayMs: number;
  /** The next master answers nobody before. */
  readonly unavailableMs: number;
}

/** The place of the master in a cluster: its address and work directory, and whoever leads there at the moment. */
export class MasterSeat {
  private constructor(
    private readonly settings: MasterSettings,
    private readonly furnish: (master: Master) => void,
    private current: Master,
  ) {}

  /** Settles when no failover is under way. */
  private latest: Promise<void> = Promise.resolve();

  /** Starts the first master; `furnish` prepares each one before agents come. */
  static async start(settings: MasterSettings, furnish: (master: Master) => void): Promise<MasterSeat> {
    const master = await Master.start(settings);
    furnish(master);
    return new MasterSeat(settings, furnish, master);
  }

  get master(): Master {
    return this.current;
  }

  /** Of every master here, without a trailing slash. */
  get url(): string {
    return this.current.url;
  }

  /** Ends whoever leads, after a failover that is under way. */
  async stop(): Promise<void> {
    await this.latest;
    await this.current.stop();
  }

  /** Ends this master and starts another one at the same address; agents come back to it by themselves. */
  failOver(members: readonly ClusterMember[], how: Failover): Promise<void> {
    const done = this.latest.then(() => this.replace(members, how));
    this.latest = done.catch(() => undefined);
    return done;
  }

  private async replace(members: readonly ClusterMember[], how: Failover): Promise<void> {
    const { options, hooks, clock } = this.settings;
    const port = Number(new URL(this.url).port);
    const connected = members.filter(({ link }) => link.isConnected);
    for (const { link } of connected) link.disconnect();
    await this.current.stop();
    if (how.loseRegistry) {
      for (const name of ['registry.json', 'registry.log']) {
        await rm(join(options.workDir, name), { force: true });
      }
    }
    if (hooks !== undefined && how.unavailableMs > 0) {
      hooks.detour = { status: 503 };
      clock?.schedule(how.unavailableMs, () => (hooks.detour = undefined));
    }
    this.current = await Master.start({ ...this.settings, options: { ...options, port } });
    this.furnish(this.current);
    for (const { link } of members) this.current.attachAgent(link.masterEnd);
    const comeBack = (): void => {
      for (const { isRunning, link } of connected) if (isRunning) link.connect();
    };
    if (how.agentDelayMs === 0) comeBack();
    else clock?.schedule(how.agentDelayMs, comeBack);
  }
}
