import type { MasterInfo } from '#mesos';
import { masterInfoOf } from '../master/events/master-info.js';
import { answerWhileRecovering, FrontDoor } from '../master/http/front-door.js';
import { answerOnStandby } from '../master/http/standby-answers.js';
import { Master } from '../master/master.js';
import { resolveMasterOptions, type MasterOptions } from '../master/options.js';
import type { Clock } from '../runtime/clock.js';
import type { Logger } from '../runtime/logger.js';
import { createRandom } from '../runtime/random.js';
import type { Election } from './election.js';
import { LinkServer } from './link-server.js';

/** A master without agents in its process. */
export interface MasterNodeOptions {
  /** Masters of one election share the work directory: it holds the one registry, which only the leader touches. */
  readonly master: Partial<MasterOptions> & { readonly workDir: string };
  /** Without one this master leads at once. */
  readonly election?: Election | undefined;
  readonly clock?: Clock | undefined;
  readonly logger: Logger;
  /** The master has led, or could, and must not go on: like the reference it ends, to be started again. */
  readonly onLost: (message: string) => void;
}

/**
 * A master in a process of its own (spec/local-cluster.md §2.1, §3.1 `zk`): it listens at once, says who leads while it
 * does not, and begins with the registry as it is when it is elected. Agents link up over its port.
 */
export class MasterNode {
  private announce!: () => void;
  /** Resolves when this master leads, or may be elected. */
  readonly announced = new Promise<void>((resolve) => (this.announce = resolve));
  private readonly links = new LinkServer();
  private readonly id = createRandom().uuid();
  private leader: MasterInfo | undefined;
  private electing: Promise<Master> | undefined;
  private master: Master | undefined;
  private isStopped = false;
  private isLost = false;

  private constructor(
    private readonly options: MasterNodeOptions,
    private readonly door: FrontDoor,
  ) {}

  /** Listens, and stands for election. Rejects when either is impossible; nothing is left open then. */
  static async start(options: MasterNodeOptions): Promise<MasterNode> {
    const resolved = resolveMasterOptions(options.master);
    const door = await FrontDoor.open(resolved.ip, resolved.port);
    const node = new MasterNode(options, door);
    const view = { options: resolved, leader: () => node.leader };
    door.handler = (request, response) => answerOnStandby(view, request, response);
    door.upgradeHandler = (request, socket, head) => node.links.accept(request, socket, head);
    try {
      await node.join(node.announcement(resolved));
    } catch (error) {
      await node.stop();
      throw error;
    }
    return node;
  }

  /** Of this master, without a trailing slash. */
  get url(): string {
    return `http://${this.options.master.ip ?? '127.0.0.1'}:${this.door.port}`;
  }

  /** Elected, and done with reading the registry. */
  get isLeading(): boolean {
    return this.master !== undefined;
  }

  /** Leaves the election, so that another master leads at once, and ends. Agents and their tasks go on. */
  async stop(): Promise<void> {
    if (this.isStopped) return;
    this.isStopped = true;
    this.links.close();
    await this.options.election?.leave();
    await this.electing?.catch(() => undefined);
    await (this.master === undefined ? this.door.close() : this.master.stop());
  }

  private announcement({ ip, hostname, version, domain }: MasterOptions): MasterInfo {
    const address = { ip, port: this.door.port, hostname: hostname ?? ip };
    return masterInfoOf({ id: this.id, address, options: { version, domain } });
  }

  private async join(info: MasterInfo): Promise<void> {
    const { election } = this.options;
    if (election === undefined) {
      await this.lead();
      this.announce();
      return;
    }
    await election.enter(info, {
      onAnnounced: () => this.announce(),
      onLeader: (leader) => this.follow(leader),
      // A master that only stood by is announced again; one that led, or could have, must not go on.
      onLost: () => {
        if (this.electing !== undefined) this.lost('ZooKeeper was out of sight: the session has expired');
      },
    });
  }

  private follow(leader: MasterInfo | undefined): void {
    if (this.isStopped) return;
    this.leader = leader;
    if (leader?.id === this.id) {
      this.lead().catch((error: unknown) => this.lost(`the registry cannot be read: ${String(error)}`));
    } else if (this.electing !== undefined) {
      this.lost('another master leads');
    } else {
      const place = leader?.pid ?? 'nobody';
      this.options.logger.info({ leader: place }, 'standing by for another master');
    }
  }

  private async lead(): Promise<void> {
    if (this.electing !== undefined) return;
    const { master: options, clock, logger } = this.options;
    this.door.handler = answerWhileRecovering;
    this.electing = Master.start({ options, clock, logger, announced: { door: this.door, id: this.id } });
    this.master = await this.electing;
    this.links.master = this.master;
    logger.info({ masterId: this.id, url: this.url }, 'leading');
  }

  private lost(message: string): void {
    if (this.isStopped || this.isLost) return;
    this.isLost = true;
    this.links.close();
    this.options.onLost(message);
  }
}
