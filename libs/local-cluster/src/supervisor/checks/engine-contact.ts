import type { EngineView } from '../engine/engine-view.js';
import type { InspectedContainer } from '../engine/inspected-container.js';
import { reachOf, type IpFamily, type Reach } from '../engine/reach.js';
import type { ProbeSpec } from '../protocol.js';
import type { EngineSurroundings } from './probes.js';

/** How the checks of one container get to it through its engine (spec/local-cluster.md §15.2). */
export class EngineContact implements EngineSurroundings {
  private container: InspectedContainer | undefined;
  private hasComplained = false;

  constructor(
    readonly view: EngineView,
    /** Writes a line to the task's `stderr`. */
    private readonly complain: (text: string) => void,
  ) {}

  /** Resolves once the container runs, or with `false` when `signal` is aborted before. */
  async start(signal: AbortSignal): Promise<boolean> {
    this.container = await this.view.whenStarted(signal);
    return this.container !== undefined;
  }

  readonly reach = (port: number, families: readonly IpFamily[]): Reach => {
    const { container } = this;
    const found =
      container &&
      families.map((family) => reachOf(container, port, family)).find((reach) => reach !== undefined);
    if (found !== undefined) return found;
    const problem =
      `port ${port} of the container cannot be checked: the container has no ${families.join(' or ')} address ` +
      'that this machine reaches, and the port is not published';
    // Once is enough: it will not change by itself.
    if (!this.hasComplained) this.complain(problem);
    this.hasComplained = true;
    throw new Error(problem);
  };

  /**
   * Whether a failure of a probe says something about the container: a command has not failed when the engine could
   * not run it (spec/local-cluster.md §17.4). Addresses are learnt anew on the occasion.
   */
  async confirms(probe: ProbeSpec): Promise<boolean> {
    const sight = await this.view.look();
    if (sight.kind === 'seen') this.container = sight.container;
    return probe.type !== 'COMMAND' || (sight.kind === 'seen' && sight.container.State?.Running === true);
  }
}
