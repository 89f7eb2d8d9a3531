/** What the other libraries need of ZooKeeper: addresses, sessions that are replaced when they expire, watches. */
export { parseZooKeeperUrl, type ParsedZooKeeperUrl, type ZooKeeperAddress } from './address.js';
