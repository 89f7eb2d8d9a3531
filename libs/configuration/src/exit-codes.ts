/**
 * Exit codes of the server process (`spec/operations.md §8`). Supervisors must restart on every one of them: an exit is
 * the normal end of a leadership term.
 */
export const EXIT_CODES = {
  /** Stopped by a signal, in good order. */
  stopped: 0,
  /** The log store or ZooKeeper could not be reached at start. */
  storeUnreachable: 100,
  /** The log store or ZooKeeper was lost while leading. */
  storeLost: 101,
  pluginFailed: 102,
  /** Leadership was lost or given up. */
  leadershipLost: 103,
  /** Leadership ended by an error, for example an append refused because a newer term has begun. */
  leadershipFailed: 104,
  /** Ended in good order without ever leading. */
  neverLed: 105,
  /** Mesos reported a scheduler error, or the master is too old. */
  mesosError: 106,
  uncaughtError: 107,
  /** Instances are on the log, but no framework id. */
  frameworkIdMissing: 108,
  /** The framework was removed on the master. */
  frameworkRemoved: 110,
  /** The listen address is in use. */
  addressInUse: 111,
  /** Anything wrong with flags, environment or configuration file. */
  badConfiguration: 112,
} as const;

export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];
