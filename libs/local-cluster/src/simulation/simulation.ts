import type { FrameworkInfo } from '#mesos';
import type { Clock } from '../runtime/clock.js';
import type { Logger } from '../runtime/logger.js';
import type { Random } from '../runtime/random.js';
import type { TaskParts } from '../runtime/task-parts.js';
import type { BehaviorRules } from './behavior-rules.js';
import type { Fates } from './fate.js';
import type { TimerWheel } from './timer-wheel.js';

/** What all agents and tasks of a simulation share. */
export interface Simulation {
  readonly clock: Clock;
  readonly wheel: TimerWheel;
  readonly fates: Fates;
  readonly behaviors: BehaviorRules;
  /** Makes the uuids. */
  readonly random: Random;
  readonly logger: Logger;
  readonly frameworks: SimulatedFrameworks;
  readonly parts: TaskParts;
}

/** What agents know of a framework. */
export class SimulatedFramework {
  readonly id: string;
  isPartitionAware = false;
  knowsKilling = false;
  private current!: FrameworkInfo;

  constructor(info: FrameworkInfo) {
    this.id = info.id?.value ?? '';
    this.info = info;
  }

  get info(): FrameworkInfo {
    return this.current;
  }

  set info(info: FrameworkInfo) {
    this.current = info;
    const has = (capability: string): boolean =>
      info.capabilities?.some(({ type }) => type === capability) === true;
    this.isPartitionAware = has('PARTITION_AWARE');
    this.knowsKilling = has('TASK_KILLING_STATE');
  }
}

/** One record per framework for all agents: they are all told the same. */
export class SimulatedFrameworks {
  private readonly byId = new Map<string, SimulatedFramework>();

  note(info: FrameworkInfo): SimulatedFramework {
    const id = info.id?.value ?? '';
    const known = this.byId.get(id);
    if (known !== undefined) {
      if (known.info !== info) known.info = info;
      return known;
    }
    const framework = new SimulatedFramework(info);
    this.byId.set(id, framework);
    return framework;
  }
}
