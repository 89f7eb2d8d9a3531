import type { Timer } from '../../runtime/clock.js';
import type { Registry } from '../registry/registry.js';
import type { MasterState } from '../state/master-state.js';
import type { AgentLoss } from './agent-loss.js';
import type { AgentDirectory } from './agent-whereabouts.js';

export interface RecoveryParts {
  readonly registry: Registry;
  readonly directory: AgentDirectory;
  readonly loss: AgentLoss;
}

/**
 * The time agents of an earlier master run have to come back (spec/local-cluster.md §4.4). While any is awaited,
 * reconciliation is silent about what it might know. Old records of unreachable agents are dropped here too.
 */
export class RecoveryWindow {
  private deadline: Timer | undefined;
  private collection: Timer | undefined;
  private expectedAgents = Number.POSITIVE_INFINITY;

  constructor(
    private readonly state: MasterState,
    private readonly parts: RecoveryParts,
  ) {}

  open(): void {
    const { clock, options } = this.state;
    this.armCollection();
    if (!this.parts.directory.isRecovering) return;
    this.deadline = clock.schedule(options.agentReregisterTimeoutMs, () => this.endLogged());
  }

  /**
   * `fast_recovery`: there are only so many agents. Once they are all connected nobody else can come back, so the
   * window ends.
   */
  expectOnly(agents: number): void {
    this.expectedAgents = agents;
    this.agentArrived();
  }

  agentArrived(): void {
    if (!this.parts.directory.isRecovering) return;
    const connected = [...this.state.agents.values()].filter((agent) => agent.connected).length;
    if (connected >= this.expectedAgents) this.endLogged();
  }

  /** Agents that are still awaited become unreachable. */
  private async end(): Promise<void> {
    this.deadline?.cancel();
    await Promise.all(
      this.parts.directory.recovering().map((agentId) => this.parts.loss.giveUpRecovering(agentId)),
    );
  }

  close(): void {
    this.deadline?.cancel();
    this.collection?.cancel();
  }

  private endLogged(): void {
    this.end().catch((error: unknown) =>
      this.state.logger.error({ error }, 'The registry cannot be written'),
    );
  }

  private armCollection(): void {
    const { clock, options, logger } = this.state;
    this.collection = clock.schedule(options.registryGcIntervalMs, () => {
      this.armCollection();
      this.collect().catch((error: unknown) => logger.error({ error }, 'The registry cannot be written'));
    });
  }

  /** Forgets unreachable and gone agents beyond `registry_max_agent_age` and `registry_max_agent_count`, oldest first. */
  private async collect(): Promise<void> {
    const { clock, options } = this.state;
    const oldestMs = clock.nowMs() - options.registryMaxAgentAgeMs;
    const newestFirst = [...this.parts.registry.unreachable, ...this.parts.registry.gone].toSorted(
      ([, left], [, right]) => right - left,
    );
    const outdated = newestFirst.filter(
      ([, atMs], index) => atMs < oldestMs || index >= options.registryMaxAgentCount,
    );
    await Promise.all(
      outdated.map(([agentId]) => this.parts.registry.append({ type: 'agent_forgotten', agentId })),
    );
  }
}
