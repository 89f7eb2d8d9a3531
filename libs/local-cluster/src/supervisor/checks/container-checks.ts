import { isDeepStrictEqual } from 'node:util';
import type { CheckResult, CheckSpec, ContainerEvent, ContainerSpec, HealthCheckSpec } from '../protocol.js';
import { CheckLoop, type CheckOutcome } from './check-loop.js';
import { Health } from './health.js';
import { runProbe } from './probes.js';

/** What checks ask of the container they belong to. */
export interface ContainerChecksHooks {
  readonly nowMs: () => number;
  readonly emit: (event: ContainerEvent) => void;
  /** SIGKILL to a process of a check, and all that belongs to it. */
  readonly endTree: (pid: number) => void;
  /** Writes a line to the task's `stderr`. */
  readonly complain: (text: string) => void;
  /** Ends the container. */
  readonly kill: (graceMs: number) => void;
}

/** The checks of one container: each has its own rhythm, together they end (spec/local-cluster.md §15). */
export class ContainerChecks {
  private readonly loops: readonly CheckLoop[];
  private startedAtMs = 0;

  constructor(
    private readonly spec: ContainerSpec,
    private readonly hooks: ContainerChecksHooks,
  ) {
    const { healthCheck, check } = spec;
    this.loops = [
      ...(healthCheck === undefined ? [] : [this.healthLoop(healthCheck)]),
      ...(check === undefined ? [] : [this.checkLoop(check)]),
    ];
  }

  /** The process runs: delays and grace period begin. */
  start(): void {
    this.startedAtMs = this.hooks.nowMs();
    for (const loop of this.loops) loop.start();
  }

  /** Nothing more is checked or reported. */
  stop(): void {
    for (const loop of this.loops) loop.stop();
  }

  private healthLoop(spec: HealthCheckSpec): CheckLoop {
    const health = new Health(spec);
    return this.loop(spec, (result) => {
      const { healthy, kills } = health.take(result, this.hooks.nowMs() - this.startedAtMs);
      if (healthy !== undefined) this.hooks.emit({ type: 'health', healthy });
      if (kills !== true) return;
      this.hooks.emit({ type: 'unhealthy_kill' });
      this.hooks.kill(spec.killGraceMs);
    });
  }

  private checkLoop(spec: CheckSpec): CheckLoop {
    // The first status of the task says that there is no result yet: no result is no news.
    let last: CheckResult = {};
    return this.loop(spec, (result) => {
      if (isDeepStrictEqual(result, last)) return;
      last = result;
      this.hooks.emit({ type: 'check', result });
    });
  }

  private loop(spec: CheckSpec, take: (result: CheckResult) => void): CheckLoop {
    const surroundings = { spec: this.spec, endTree: this.hooks.endTree };
    const onOutcome = ({ result, complaint }: CheckOutcome): void => {
      // What a command has to say stands in the same file; connections say nothing there.
      if (complaint !== undefined && spec.probe.type === 'COMMAND') {
        this.hooks.complain(`Command ${complaint}`);
      }
      take(result);
    };
    return new CheckLoop(spec, (signal) => runProbe(spec.probe, surroundings, signal), onOutcome);
  }
}
