import type { MasterLinkEnd } from '../../link/link.js';
import type { AgentToMasterMessage } from '../../link/messages.js';
import type { Agent } from '../state/agent.js';
import type { MasterState } from '../state/master-state.js';
import type { AgentLoss } from './agent-loss.js';
import type { Pinger } from './pinger.js';
import type { AgentRegistration } from './registration.js';
import type { StatusUpdates } from './status-updates.js';

export interface GatewayParts {
  readonly registration: AgentRegistration;
  readonly loss: AgentLoss;
  readonly pinger: Pinger;
  readonly updates: StatusUpdates;
}

/** The door through which agents come in: one connection per link (spec/local-cluster.md §7.0). */
export class AgentGateway {
  private isClosed = false;

  constructor(
    private readonly state: MasterState,
    private readonly parts: GatewayParts,
  ) {}

  /** Serves the agent at the other end of the link, through disconnections and returns. */
  attach(link: MasterLinkEnd): void {
    const connection = new AgentConnection(this.state, this.parts, link);
    link.listen({
      connected: () => undefined,
      disconnected: () => this.isClosed || connection.disconnected(),
      message: (message) => this.isClosed || connection.receive(message),
    });
  }

  /** Turns a deaf ear to all agents: the master is stopping. */
  close(): void {
    this.isClosed = true;
  }
}

/** One link and whoever registered over it. */
class AgentConnection {
  private agent: Agent | undefined;
  /** An agent repeats its registration until it is answered; one at a time is enough. */
  private isRegistering = false;

  constructor(
    private readonly state: MasterState,
    private readonly parts: GatewayParts,
    private readonly link: MasterLinkEnd,
  ) {}

  disconnected(): void {
    const { agent } = this;
    this.agent = undefined;
    if (agent !== undefined && agent.link === this.link) this.parts.loss.disconnect(agent);
  }

  receive(message: AgentToMasterMessage): void {
    switch (message.type) {
      case 'register':
        void this.register(() => this.parts.registration.register(message, this.link));
        return;
      case 'reregister':
        void this.register(() => this.parts.registration.reregister(message, this.link));
        return;
      default:
        this.receiveFromRegistered(message);
    }
  }

  private receiveFromRegistered(
    message: Exclude<AgentToMasterMessage, { type: 'register' | 'reregister' }>,
  ): void {
    const { agent } = this;
    if (agent === undefined || !agent.connected || this.state.agents.get(agent.id) !== agent) {
      // An agent that believes to be registered is told to come in again; a mere pong would echo for ever.
      if (!this.isRegistering && message.type !== 'pong') this.link.send({ type: 'ping', connected: false });
      return;
    }
    switch (message.type) {
      case 'status_update':
        this.parts.updates.taskUpdate(agent, message);
        return;
      case 'operation_update':
        this.parts.updates.operationUpdate(message);
        return;
      case 'exited_executor':
        this.parts.updates.exitedExecutor(agent, message);
        return;
      case 'executor_message':
        this.state.frameworks.get(message.frameworkId)?.send({
          type: 'MESSAGE',
          message: {
            agent_id: { value: agent.id },
            executor_id: { value: message.executorId },
            data: message.data,
          },
        });
        return;
      case 'update_agent':
        this.parts.registration.updateTotal(agent, message);
        return;
      case 'unregister':
        this.parts.loss.unregister(agent);
        return;
      case 'pong':
        this.parts.pinger.pong(agent);
        return;
      default:
        message satisfies never;
    }
  }

  private async register(attempt: () => Promise<Agent | undefined>): Promise<void> {
    if (this.isRegistering) return;
    this.isRegistering = true;
    try {
      const agent = await attempt();
      this.agent = agent ?? this.agent;
      if (agent !== undefined && !this.link.isConnected) this.disconnected();
    } finally {
      this.isRegistering = false;
    }
  }
}
