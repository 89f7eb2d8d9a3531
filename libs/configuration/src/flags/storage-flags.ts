import {
  bytesType,
  choiceType,
  integerType,
  maskUserInfo,
  millisecondsType,
  pathType,
  secondsType,
  textType,
  toggleType,
} from '../values/basic-types.js';
import { eventLogType, type EventLogLocation } from '../values/event-log-location.js';
import type { ValueType } from '../values/value-type.js';
import { flag, quantity } from './flag.js';

const LATER = { treatment: 'later' } as const;
const IGNORE = { treatment: 'ignore' } as const;

const SQLITE_IN_DATA_DIR: EventLogLocation = { kind: 'sqlite', path: undefined };

const zkType: ValueType<string> = {
  ...textType('a zk:// address with a path', (text) => /^zk:\/\/[^/]+\/.+$/.test(text), 'ZK'),
  show: maskUserInfo,
};

const electionPathType = textType(
  'an absolute path such as /marathon/ekiden/leader',
  (text) => /^(?:\/[^/\s]+)+$/.test(text),
  'PATH',
);

/** High availability, ZooKeeper and storage (`spec/operations.md §9.2, §9.4`). */
export const storageFlags = {
  data_dir: flag(pathType, 'Directory of the event log, its snapshots and the local cluster.', {
    default: './data',
  }),
  event_log: flag(
    eventLogType,
    'The event log: a file in data_dir or at the given path, or a Kafka topic that several nodes share.',
    { default: SQLITE_IN_DATA_DIR },
  ),
  snapshot_interval_events: flag(integerType(1), 'Events between two snapshots.', { default: 5000 }),
  internal_store_backend: flag(
    choiceType('zk', 'mem'),
    '`mem` keeps the event log in memory only, for tests.',
    {
      default: 'zk',
      treatment: 'map',
      hidden: true,
    },
  ),
  zk_max_versions: flag(
    integerType(1),
    'Versions of a service that are listed; the history itself is kept.',
    {
      default: 50,
      treatment: 'map',
    },
  ),
  on_elected_prepare_timeout: quantity(
    millisecondsType(1),
    'ms',
    'Time to load the state after an election.',
    {
      default: 180_000,
    },
  ),
  graceful_shutdown_timeout: quantity(millisecondsType(), 'ms', 'Time that a stop may take.', {
    default: 45_000,
  }),
  history_retention: flag(textType(), 'Age after which closed history may be compacted.', LATER),
  import_from: flag(textType(), 'One-time import of the state of a Marathon.', LATER),
  ha: flag(
    toggleType,
    'With a log that several nodes share: take part in the election. Without it the process leads at once.',
    { default: true },
  ),
  leader_election_backend: flag(choiceType('curator'), 'What elects the leader: ZooKeeper.', {
    treatment: 'map',
    default: 'curator',
    hidden: true,
  }),
  zk: flag(zkType, 'ZooKeeper of the election.', {
    treatment: 'map',
    default: 'zk://localhost:2181/marathon',
  }),
  zk_timeout: quantity(millisecondsType(1), 'ms', 'Time that an operation of ZooKeeper may take.', {
    treatment: 'map',
    default: 10_000,
  }),
  zk_session_timeout: quantity(
    millisecondsType(1),
    'ms',
    'ZooKeeper session: a leader that is not heard of for so long is replaced.',
    { default: 10_000 },
  ),
  zk_connection_timeout: quantity(millisecondsType(1), 'ms', 'First connection to ZooKeeper.', {
    default: 10_000,
  }),
  zk_operation_max_retries: flag(
    integerType(),
    'No effect: the election is tried until its session is over.',
    {
      ...IGNORE,
      default: 5,
      hidden: true,
    },
  ),
  zk_operation_base_retry_sleep_ms: quantity(millisecondsType(), 'ms', 'No effect.', {
    ...IGNORE,
    default: 10,
    hidden: true,
  }),
  zk_compression: flag(toggleType, 'No effect.', { ...IGNORE, default: true }),
  zk_compression_threshold: quantity(bytesType, 'bytes', 'No effect.', { ...IGNORE, default: 65_536 }),
  zk_max_node_size: quantity(bytesType, 'bytes', 'No effect.', { ...IGNORE, default: 1_024_000 }),
  zk_max_concurrency: flag(integerType(1), 'No effect.', { ...IGNORE, default: 32, hidden: true }),
  store_cache: flag(toggleType, 'No effect.', { ...IGNORE, default: true }),
  internal_version_caching: flag(toggleType, 'No effect.', { ...IGNORE, default: true, hidden: true }),
  storage_compaction_interval: quantity(secondsType, 'seconds', 'Interval of the retention run.', {
    ...LATER,
    default: 30,
  }),
  storage_compaction_scan_batch_size: flag(integerType(1), 'No effect.', { ...IGNORE, default: 32 }),
  group_versions_cache_size: flag(integerType(1), 'No effect.', { ...IGNORE, default: 1000 }),
  backup_location: flag(textType(), 'Backup before a schema upgrade.', LATER),
  max_actor_startup_time: quantity(millisecondsType(), 'ms', 'No effect.', {
    ...IGNORE,
    default: 10_000,
    hidden: true,
  }),
  election_path: flag(
    electionPathType,
    'Path of the election in ZooKeeper; `ekiden/leader` below that of zk.',
  ),
  leader_wait_timeout: quantity(
    millisecondsType(),
    'ms',
    'Time that a request waits for a leader to be known and loaded.',
    { default: 2750 },
  ),
  standby_reads: flag(choiceType('local', 'proxy'), 'How a standby answers reads.', { default: 'local' }),
  standby_serves_nothing: flag(toggleType, 'A standby forwards every request, also /ping.', {
    default: false,
  }),
  zk_strict_suspend: flag(
    toggleType,
    'Give up leadership as soon as ZooKeeper is out of sight, as Marathon does.',
    { default: false },
  ),
};
