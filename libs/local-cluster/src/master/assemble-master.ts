import { AgentGateway } from './agents/agent-gateway.js';
import { AgentLoss } from './agents/agent-loss.js';
import { AgentDirectory } from './agents/agent-whereabouts.js';
import { Pinger } from './agents/pinger.js';
import { RecoveryWindow } from './agents/recovery-window.js';
import { AgentOperations } from './agents/agent-operations.js';
import { Maintenance, MaintenanceSchedule } from './agents/maintenance.js';
import { AgentRegistration } from './agents/registration.js';
import { StatusUpdates } from './agents/status-updates.js';
import { Allocator } from './allocator/allocator.js';
import { DeclineFilters } from './allocator/decline-filters.js';
import { FairShare } from './allocator/fair-share.js';
import { InverseOffers } from './allocator/inverse-offers.js';
import { OfferCalls } from './calls/accept.js';
import { CallDispatcher } from './calls/call-dispatcher.js';
import { Reconciler } from './calls/reconcile.js';
import { TaskCalls } from './calls/task-calls.js';
import { FrameworkRemoval } from './frameworks/framework-removal.js';
import { FrameworkSessions } from './frameworks/framework-sessions.js';
import { MasterServer } from './http/master-server.js';
import { SchedulerEndpoint } from './http/scheduler-endpoint.js';
import { MaintenanceEndpoint } from './operator/maintenance-endpoint.js';
import { OperatorCalls } from './operator/operator-calls.js';
import { OperatorEndpoint } from './operator/operator-endpoint.js';
import { Accounts } from './state/accounts.js';
import type { Agent } from './state/agent.js';
import { OfferBook } from './state/offer-book.js';
import { TaskTable } from './state/task-table.js';
import type { Registry } from './registry/registry.js';
import type { MasterState } from './state/master-state.js';

/** The parts of a master that somebody outside them calls. */
export interface MasterParts {
  readonly server: MasterServer;
  readonly gateway: AgentGateway;
  readonly allocator: Allocator;
  readonly recovery: RecoveryWindow;
  readonly sessions: FrameworkSessions;
  readonly dispatcher: CallDispatcher;
  readonly loss: AgentLoss;
  readonly operations: AgentOperations;
  readonly maintenance: Maintenance;
  readonly offers: OfferBook;
  readonly directory: AgentDirectory;
}

/** Puts a master together; nothing starts yet. */
export function assembleMaster(state: MasterState, registry: Registry): MasterParts {
  const fairShare = new FairShare();
  const filters = new DeclineFilters();
  const accounts = new Accounts(fairShare);
  const offers = new OfferBook(state, accounts);
  const tasks = new TaskTable(state, accounts);
  const directory = new AgentDirectory(state, registry);
  const schedule = new MaintenanceSchedule(registry);
  const inverseOffers = new InverseOffers(state);
  const market = { offers, inverseOffers, filters, fairShare };
  const allocator = new Allocator(state, { ...market, accounts, maintenance: schedule });
  const shared = { ...market, registry, tasks, accounts, allocator, directory, schedule };

  const loss = new AgentLoss(state, shared);
  const operations = new AgentOperations(state, { ...shared, loss });
  tasks.onIdle = (agent) => operations.idle(agent);
  const maintenance = new Maintenance(state, { ...shared, loss });
  const pinger = new Pinger(state, loss);
  const recovery = new RecoveryWindow(state, { registry, directory, loss });
  const onArrival = (agent: Agent): void => {
    operations.arrived(agent);
    recovery.agentArrived();
  };
  const registration = new AgentRegistration(state, { ...shared, loss, pinger, onArrival });
  const updates = new StatusUpdates(state, tasks, accounts);
  const gateway = new AgentGateway(state, { registration, loss, pinger, updates });

  const removal = new FrameworkRemoval(state, shared);
  const sessions = new FrameworkSessions(state, { ...shared, removal });
  const reconciler = new Reconciler(state, directory);
  const dispatcher = new CallDispatcher(state, {
    sessions,
    removal,
    reconciler,
    inverseOffers,
    offers: new OfferCalls(state, shared),
    tasks: new TaskCalls(state, tasks, reconciler),
  });
  const operator = new OperatorEndpoint(state, {
    allocator,
    offers,
    unreachableAgents: () => registry.unreachable.size,
    recoveringAgents: () => directory.recovering().map((id) => ({ id, ...registry.admitted.get(id) })),
  });
  const scheduler = new SchedulerEndpoint(state, { sessions, dispatcher });
  const upkeep = new MaintenanceEndpoint(state, maintenance);
  const calls = new OperatorCalls(state, maintenance);
  const server = new MasterServer(state, { scheduler, operator, maintenance: upkeep, calls });
  return {
    server,
    gateway,
    allocator,
    recovery,
    sessions,
    dispatcher,
    loss,
    operations,
    maintenance,
    offers,
    directory,
  };
}
