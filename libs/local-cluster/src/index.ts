/**
 * Embedded Mesos-compatible cluster: a master with agents that run tasks as processes of this machine. Schedulers
 * talk to it over the same HTTP API as to a real cluster.
 */
export { startLocalCluster, type LocalCluster, type LocalClusterOptions } from './start-local-cluster.js';
export type { LocalAgentsOptions } from './control/local-agents.js';
export type { ClusterControl } from './control/cluster-control.js';
export { ControlError } from './control/control-error.js';
export { claimDirectory } from './process/directory-claim.js';
export { AgentNode, type AgentNodeOptions } from './standalone/agent-node.js';
export type { Election, ElectionListener } from './standalone/election.js';
export { MasterNode, type MasterNodeOptions } from './standalone/master-node.js';
export { ZooKeeperElection, type ZooKeeperElectionSettings } from './standalone/zookeeper-election.js';
export { ClusterProcess } from './process/cluster-process.js';
export type { ClusterSettings } from './process/messages.js';
export { Agent, type AgentStart } from './agent/agent.js';
export type { AgentOptions, NamedNetworks } from './agent/agent-options.js';
export type { Addressing } from './agent/description/plan-agents.js';
export { systemHost, type Host } from './agent/host.js';
export { Master, type MasterSettings } from './master/master.js';
export type { Credential, MasterOptions } from './master/options.js';
export {
  MemoryLink,
  type AgentLinkEnd,
  type LinkEnd,
  type LinkListener,
  type LinkPartition,
  type MasterLinkEnd,
} from './link/link.js';
export { systemClock, type Clock, type Timer } from './runtime/clock.js';
export { silentLogger, type Logger } from './runtime/logger.js';
export { createRandom, type Random } from './runtime/random.js';
export { AdjustableClock, type ClockMode } from './runtime/adjustable-clock.js';
export { readSimulationAddress } from './simulation/simulation-address.js';
export type { SimulationPlan } from './simulation/simulation-plan.js';
export {
  startSimulatedCluster,
  type SimulatedCluster,
  type SimulatedClusterOptions,
} from './simulation/start-simulated-cluster.js';
