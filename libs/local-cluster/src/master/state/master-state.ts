import type { Clock } from '../../runtime/clock.js';
import type { Logger } from '../../runtime/logger.js';
import type { Random } from '../../runtime/random.js';
import { TaskParts } from '../../runtime/task-parts.js';
import type { MasterOptions } from '../options.js';
import type { Agent } from './agent.js';
import { BoundedMap } from './bounded-map.js';
import type { CompletedFramework, Framework } from './framework.js';
import { IdSource } from './id-source.js';
import { Counters } from './counters.js';
import type { TestHooks } from './test-hooks.js';

/** What surrounds the master. */
export interface MasterEnvironment {
  readonly options: MasterOptions;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly hooks?: TestHooks | undefined;
  /** Of this run of the master; made here unless given. */
  readonly masterId?: string | undefined;
  /** Shared with agents in this process; its own unless given. */
  readonly taskParts?: TaskParts | undefined;
}

/** Everything the master knows; changed only by its parts, one call after another. */
export class MasterState implements Omit<MasterEnvironment, 'masterId' | 'taskParts'> {
  readonly options: MasterOptions;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly hooks: TestHooks;
  readonly ids: IdSource;
  readonly startedAtMs: number;
  readonly counters = new Counters();
  readonly taskParts: TaskParts;
  readonly frameworks = new Map<string, Framework>();
  readonly completedFrameworks: BoundedMap<string, CompletedFramework>;
  /** Registered agents, connected or not; unreachable ones are only in the registry. */
  readonly agents = new Map<string, Agent>();
  /** Where the HTTP server listens; the configured address until then. */
  address: { readonly ip: string; readonly port: number; readonly hostname: string };

  constructor(environment: MasterEnvironment) {
    const { options, clock, random, logger } = environment;
    this.options = options;
    this.clock = clock;
    this.random = random;
    this.logger = logger;
    this.hooks = environment.hooks ?? {};
    this.taskParts = environment.taskParts ?? new TaskParts();
    this.ids = new IdSource(environment.masterId ?? random.uuid());
    this.startedAtMs = clock.nowMs();
    this.completedFrameworks = new BoundedMap(options.maxCompletedFrameworks);
    this.address = { ip: options.ip, port: options.port, hostname: options.hostname ?? options.ip };
  }

  get masterId(): string {
    return this.ids.masterId;
  }

  /** Seconds since the epoch, as statuses carry it. */
  timestamp(): number {
    return this.clock.nowMs() / 1000;
  }
}
