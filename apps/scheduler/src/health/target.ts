import type { HealthCheck, Instance } from '#domain';

/** One check of one task, as long as it is to be probed. */
export interface Target {
  readonly entry: InstanceTargets;
  /** Place of the check in the definition. */
  readonly index: number;
  readonly check: HealthCheck;
  /** Moment of the next probe on the monotonic clock. */
  dueMs: number;
  /** A probe waits or is under way. */
  busy: boolean;
  stopped: boolean;
  failuresInARow: number;
}

/** The targets of one task, and the instance as last seen. */
export class InstanceTargets {
  private readonly targets: Target[] = [];

  constructor(public instance: Instance) {}

  add(index: number, check: HealthCheck): Target {
    const target = {
      entry: this,
      index,
      check,
      dueMs: 0,
      busy: false,
      stopped: false,
      failuresInARow: 0,
    };
    this.targets.push(target);
    return target;
  }

  /** The instance changed, its task is the same. */
  follow(instance: Instance): void {
    this.instance = instance;
  }

  /** Nothing found from here on counts. */
  stop(): void {
    for (const target of this.targets) target.stopped = true;
  }
}
