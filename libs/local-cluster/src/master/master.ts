import type { MasterLinkEnd } from '../link/link.js';
import { systemClock, type Clock } from '../runtime/clock.js';
import { silentLogger, type Logger } from '../runtime/logger.js';
import { createRandom, type Random } from '../runtime/random.js';
import type { TaskParts } from '../runtime/task-parts.js';
import { resolveMasterOptions, type MasterOptions } from './options.js';
import { assembleMaster, type MasterParts } from './assemble-master.js';
import { isOnMachine } from './agents/machines.js';
import { FrontDoor } from './http/front-door.js';
import type { ControlHandler } from './http/master-server.js';
import { Registry } from './registry/registry.js';
import type { TestHooks } from './state/test-hooks.js';
import { MasterState } from './state/master-state.js';

/** What a master is started with; everything but the work directory has a default. */
export interface MasterSettings {
  readonly options: Partial<MasterOptions> & { readonly workDir: string };
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
  readonly logger?: Logger | undefined;
  /** An address that is open already, and an id that was announced already, by a master that was elected. */
  readonly announced?: { readonly door: FrontDoor; readonly id: string } | undefined;
  /** Shared with agents in this process. */
  readonly taskParts?: TaskParts | undefined;
  /** Only for tests. */
  readonly hooks?: TestHooks | undefined;
}

/** What a control of the cluster works with. */
export type MasterInside = Pick<MasterParts, 'loss' | 'operations' | 'directory' | 'offers' | 'allocator'> & {
  readonly state: MasterState;
};

/**
 * A Mesos-compatible master in this process (spec/local-cluster.md §4). Its calls and events run one after another
 * on the event loop, so no part ever sees another one half done.
 */
export class Master {
  private constructor(
    private readonly state: MasterState,
    private readonly registry: Registry,
    private readonly parts: MasterParts,
    private readonly door: FrontDoor,
  ) {}

  /** Reads the registry and listens; rejects when either cannot be done. */
  static async start(settings: MasterSettings): Promise<Master> {
    const options = resolveMasterOptions(settings.options);
    const { announced } = settings;
    const state = new MasterState({
      options,
      clock: settings.clock ?? systemClock,
      random: settings.random ?? createRandom(),
      logger: settings.logger ?? silentLogger,
      hooks: settings.hooks,
      masterId: announced?.id,
      taskParts: settings.taskParts,
    });
    const registry = await Registry.open(options.workDir);
    const parts = assembleMaster(state, registry);
    let door: FrontDoor;
    try {
      door = announced?.door ?? (await FrontDoor.open(options.ip, options.port));
    } catch (error) {
      await registry.close();
      throw error;
    }
    state.address = { ...state.address, port: door.port };
    door.handler = (request, response) => parts.server.handle(request, response);
    door.plainCalls = parts.server.plainCalls;
    parts.allocator.start();
    parts.recovery.open();
    state.logger.info({ masterId: state.masterId, ...state.address }, 'Master started');
    return new Master(state, registry, parts, door);
  }

  /** Base URL of the HTTP server, without a trailing slash. */
  get url(): string {
    return `http://${this.state.address.ip}:${this.state.address.port}`;
  }

  get id(): string {
    return this.state.masterId;
  }

  /** The parts that a control of the cluster reaches for (spec/local-cluster.md §25). */
  get inside(): MasterInside {
    const { loss, operations, directory, offers, allocator } = this.parts;
    return { state: this.state, loss, operations, directory, offers, allocator };
  }

  /** Lets a handler answer what is asked below `/_control/`. */
  serveControl(handler: ControlHandler): void {
    this.parts.server.control = handler;
  }

  /** Tells when machines are up again after maintenance; `isOn` whether an agent belongs to one of them. */
  onMachinesUp(listener: (isOn: (agent: { hostname: string; ip: string }) => boolean) => void): void {
    this.parts.maintenance.onUp = (machines) =>
      listener(({ hostname, ip }) => machines.some((id) => isOnMachine({ hostname, ip }, id)));
  }

  /** Serves the agent at the other end of the link. */
  attachAgent(link: MasterLinkEnd): void {
    this.parts.gateway.attach(link);
  }

  /**
   * `fast_recovery` (spec/local-cluster.md §4.4): the cluster has only so many agents. Once they are all connected, those
   * of earlier runs that are still awaited become unreachable, and reconciliation answers about everything.
   */
  expectOnly(agents: number): void {
    this.parts.recovery.expectOnly(agents);
  }

  /** Drops all sessions. Agents and their tasks are left alone: to them it is the end of a master process. */
  async stop(): Promise<void> {
    this.parts.gateway.close();
    this.parts.allocator.stop();
    this.parts.recovery.close();
    for (const framework of this.state.frameworks.values()) {
      framework.failoverTimer?.cancel();
      // The streams are about to break with the server; that must not count as the frameworks' own leaving.
      framework.stream = undefined;
    }
    for (const agent of this.state.agents.values()) {
      agent.pingTimer?.cancel();
      agent.reregisterTimer?.cancel();
    }
    await this.door.close();
    await this.registry.close();
    this.state.logger.info({ masterId: this.state.masterId }, 'Master stopped');
  }
}
