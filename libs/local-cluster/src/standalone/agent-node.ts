import { join } from 'node:path';
import type { MasterDetector } from '#mesos';
import type { Agent } from '../agent/agent.js';
import { systemHost, type Host } from '../agent/host.js';
import { startMembers, type AgentMember } from '../control/agent-member.js';
import { memberFactory, plansFor, type LocalAgentsOptions } from '../control/local-agents.js';
import { claimDirectory } from '../process/directory-claim.js';
import { systemClock, type Clock } from '../runtime/clock.js';
import type { Logger } from '../runtime/logger.js';
import { createRandom } from '../runtime/random.js';
import { LinkClient } from './link-client.js';

/** Agents without a master in their process. */
export interface AgentNodeOptions {
  /** They keep their state in `<dataDir>/mesos`. */
  readonly dataDir: string;
  readonly agents?: LocalAgentsOptions;
  /** Finds the leading master; shared by all agents. */
  readonly detector: MasterDetector;
  readonly host?: Host;
  readonly clock?: Clock;
  readonly logger: Logger;
  /** Every agent was told by the master to leave the cluster: the next start comes with new ones. */
  readonly onAllGone: () => void;
}

/** Agents in a process of their own (spec/local-cluster.md §2.1); they follow the lead from master to master. */
export class AgentNode {
  private isStopping = false;

  private constructor(
    private readonly members: readonly AgentMember[],
    private readonly clients: readonly LinkClient[],
  ) {}

  /**
   * Takes up what earlier agents of the directory left, and begins to look for the master.
   *
   * @throws Error when another process has its agents there, an address is taken, or an agent refuses its
   * configuration or its checkpoints; nothing is left running that was not running before.
   */
  static async start(options: AgentNodeOptions): Promise<AgentNode> {
    const { dataDir, detector, logger, host = systemHost(), clock = systemClock } = options;
    const random = createRandom();
    const plans = plansFor(options.agents ?? {});
    await claimDirectory(join(dataDir, 'mesos'), host.bootId, process.pid);
    const memberAt = memberFactory(options, { host, clock, random, logger });
    const members = plans.map((plan, place) =>
      memberAt(place, plan, options.agents?.overrides?.[place] ?? {}),
    );
    await startMembers(members);
    const clients = members.map(({ link }) => new LinkClient({ link, detector, random, logger }));
    const node = new AgentNode(members, clients);
    for (const client of clients) client.start();
    void node.watch(options.onAllGone);
    return node;
  }

  get agents(): readonly Agent[] {
    return this.members.map(({ agent }) => agent);
  }

  /** Resolves when every agent has been registered once. */
  get registered(): Promise<unknown> {
    return Promise.all(this.agents.map((agent) => agent.joined));
  }

  /** Ends the agents. Their tasks end first, within their grace periods, or go on to be found by the next start. */
  async stop({ keepTasks }: { readonly keepTasks: boolean }): Promise<{ readonly stoppedTasks: number }> {
    this.isStopping = true;
    const outcomes = await Promise.all(
      this.members.map((member) => member.shutdown({ stopTasks: !keepTasks })),
    );
    await Promise.all(this.clients.map((client) => client.stop()));
    return { stoppedTasks: outcomes.reduce((sum, { stoppedTasks }) => sum + stoppedTasks, 0) };
  }

  /** An agent that was told to leave takes its link with it. */
  private async watch(onAllGone: () => void): Promise<void> {
    await Promise.all(
      this.agents.map(async (agent, place) => {
        await agent.ended;
        await this.clients[place]?.stop();
      }),
    );
    if (!this.isStopping) onAllGone();
  }
}
