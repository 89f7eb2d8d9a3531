import type { Agent } from '../state/agent.js';
import type { MasterState } from '../state/master-state.js';
import type { AgentLoss } from './agent-loss.js';

/** Pings every agent; one that misses too many pongs in a row is unreachable (spec/local-cluster.md §7.1). */
export class Pinger {
  constructor(
    private readonly state: MasterState,
    private readonly loss: AgentLoss,
  ) {}

  /** Begins anew, for instance after a re-registration. */
  watch(agent: Agent): void {
    agent.missedPongs = 0;
    this.ping(agent);
  }

  pong(agent: Agent): void {
    agent.missedPongs = 0;
  }

  private ping(agent: Agent): void {
    const { clock, options } = this.state;
    agent.pingTimer?.cancel();
    agent.send({ type: 'ping', connected: agent.connected });
    agent.missedPongs += 1;
    agent.pingTimer = clock.schedule(options.agentPingTimeoutMs, () => {
      if (agent.missedPongs >= options.maxAgentPingTimeouts) {
        void this.loss.markUnreachable(agent, 'health check timed out');
      } else {
        this.ping(agent);
      }
    });
  }
}
