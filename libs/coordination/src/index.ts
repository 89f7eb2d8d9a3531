/** Who leads: the port of leader election and discovery, and its adapters. */
export type { ZooKeeperLogger as CoordinationLogger } from '#zookeeper';
export { CoordinationUnavailableError } from './port.js';
export type { CandidateListener, Coordination, LeadershipLoss } from './port.js';
export {
  createSingleNodeCoordination,
  type SingleNodeOptions,
} from './single-node/single-node-coordination.js';
export type { CoordinationMetrics } from './zookeeper/metrics.js';
export {
  createZooKeeperCoordination,
  type ZooKeeperCoordinationOptions,
} from './zookeeper/zookeeper-coordination.js';
