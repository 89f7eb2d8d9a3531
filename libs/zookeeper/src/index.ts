/** What the other libraries need of ZooKeeper: addresses, sessions that are replaced when they expire, watches. */
export { CREATOR_ALL_WORLD_READ, OPEN_ACCESS, type AccessList } from './acl.js';
export { parseZooKeeperUrl, type ParsedZooKeeperUrl, type ZooKeeperAddress } from './address.js';
export { SYSTEM_CLOCK, type Clock, type Instant } from './clock.js';
export { isZooKeeperError, ZooKeeperError, type ZooKeeperErrorCode } from './errors.js';
export { SILENT_LOGGER, type Logger as ZooKeeperLogger } from './logger.js';
export {
  ZooKeeper,
  type CreateOptions,
  type NodeStat,
  type Watch,
  type ZooKeeperChange,
  type ZooKeeperOptions,
  type ZooKeeperSession,
} from './zookeeper.js';
