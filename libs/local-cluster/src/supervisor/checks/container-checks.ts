import { isDeepStrictEqual } from 'node:util';
import { EngineView } from '../engine/engine-view.js';
import type { CheckResult, CheckSpec, ContainerEvent, ContainerSpec, HealthCheckSpec } from '../protocol.js';
import type { TaskOutput } from '../task-output.js';
import { CheckLoop, type CheckOutcome } from './check-loop.js';
import { EngineContact } from './engine-contact.js';
import { Health } from './health.js';
import { isSuccess, runProbe } from './probes.js';

/** What checks ask of the container they belong to. */
export interface ContainerChecksHooks {
  readonly nowMs: () => number;
  readonly emit: (event: ContainerEvent) => void;
  /** SIGKILL to a process of a check, and all that belongs to it. */
  readonly endTree: (pid: number) => void;
  /** SIGKILL to what an ended process of a check has left in its session. */
  readonly sweep: (session: number, startTime: string | undefined) => void;
  /** Where commands write, and what is said about them. */
  readonly output: TaskOutput;
  /** Ends the container. */
  readonly kill: (graceMs: number) => void;
}

/** The checks of one container: each has its own rhythm, together they end (spec/local-cluster.md §15). */
export class ContainerChecks {
  private readonly loops: readonly CheckLoop[];
  private readonly engine: EngineContact | undefined;
  private readonly stopping = new AbortController();
  private startedAtMs = 0;

  constructor(
    private readonly spec: ContainerSpec,
    private readonly hooks: ContainerChecksHooks,
  ) {
    const { healthCheck, check, engine, environment } = spec;
    this.engine =
      engine && new EngineContact(new EngineView(engine, environment), (text) => hooks.output.complain(text));
    this.loops = [
      ...(healthCheck === undefined ? [] : [this.healthLoop(healthCheck)]),
      ...(check === undefined ? [] : [this.checkLoop(check)]),
    ];
  }

  /** The process runs: delays and grace period begin, those of a container of an engine once that runs. */
  start(): void {
    if (this.loops.length === 0) return;
    if (this.engine === undefined) this.begin();
    else void this.engine.start(this.stopping.signal).then((isThere) => (isThere ? this.begin() : undefined));
  }

  /** Nothing more is checked or reported. */
  stop(): void {
    this.stopping.abort();
    for (const loop of this.loops) loop.stop();
  }

  private begin(): void {
    this.startedAtMs = this.hooks.nowMs();
    for (const loop of this.loops) loop.start();
  }

  private healthLoop(spec: HealthCheckSpec): CheckLoop {
    const health = new Health(spec);
    return this.loop(spec, (result) => {
      if (result === undefined) return;
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
    return this.loop(spec, (result = {}) => {
      if (isDeepStrictEqual(result, last)) return;
      last = result;
      this.hooks.emit({ type: 'check', result });
    });
  }

  /** `take` gets nothing when a run says nothing about the task. */
  private loop(spec: CheckSpec, take: (result: CheckResult | undefined) => void): CheckLoop {
    const { engine } = this;
    const { output, endTree, sweep } = this.hooks;
    const surroundings = { spec: this.spec, output, endTree, sweep, engine };
    const onOutcome = async ({ result, complaint }: CheckOutcome): Promise<void> => {
      // What a command has to say stands in the same file; connections say nothing there.
      if (complaint !== undefined && spec.probe.type === 'COMMAND') {
        output.complain(`Command ${complaint}`);
      }
      const needsTrust = engine !== undefined && !isSuccess(result);
      const isTrue = !needsTrust || (await engine.confirms(spec.probe));
      if (!this.stopping.signal.aborted) take(isTrue ? result : undefined);
    };
    return new CheckLoop(spec, (signal) => runProbe(spec.probe, surroundings, signal), onOutcome);
  }
}
