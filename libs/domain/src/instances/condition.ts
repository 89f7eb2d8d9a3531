import type { MesosTaskState } from '../cluster/mesos-shapes.js';

/** Where an instance stands in its life (`spec/scheduling.md` §1.4). */
export type Condition =
  | 'Scheduled'
  | 'Provisioned'
  | 'Staging'
  | 'Starting'
  | 'Running'
  | 'Killing'
  | 'Unreachable'
  | 'UnreachableInactive'
  | 'Finished'
  | 'Killed'
  | 'Error'
  | 'Failed'
  | 'Gone'
  | 'Dropped'
  | 'Unknown';

/** What shall become of an instance (`spec/scheduling.md` §1.3). */
export type Goal = 'Running' | 'Stopped' | 'Decommissioned';

interface Traits {
  readonly terminal: boolean;
  readonly active: boolean;
  readonly lost: boolean;
}

const none: Traits = { terminal: false, active: false, lost: false };
const active: Traits = { terminal: false, active: true, lost: false };
const ended: Traits = { terminal: true, active: false, lost: false };
const vanished: Traits = { terminal: true, active: false, lost: true };

const TRAITS: Readonly<Record<Condition, Traits>> = {
  Scheduled: none,
  Provisioned: active,
  Staging: active,
  Starting: active,
  Running: active,
  Killing: active,
  Unreachable: { terminal: false, active: true, lost: true },
  UnreachableInactive: none,
  Finished: ended,
  Killed: ended,
  Error: ended,
  Failed: ended,
  Gone: vanished,
  Dropped: vanished,
  Unknown: vanished,
};

export const CONDITIONS = Object.keys(TRAITS) as readonly Condition[];

/** The task of this incarnation has ended for good. */
export const isTerminal = (condition: Condition): boolean => TRAITS[condition].terminal;

/** A task exists or is on its way. */
export const isActive = (condition: Condition): boolean => TRAITS[condition].active;

/** The cluster lost sight of the task. */
export const isLost = (condition: Condition): boolean => TRAITS[condition].lost;

/** "This one will no longer serve": what kills, deployment steps and watchers wait for. */
export const isGone = (condition: Condition): boolean =>
  TRAITS[condition].terminal || condition === 'Unreachable' || condition === 'UnreachableInactive';

const DIRECT: Readonly<Record<Exclude<MesosTaskState, 'TASK_LOST'>, Condition>> = {
  TASK_STAGING: 'Staging',
  TASK_STARTING: 'Starting',
  TASK_RUNNING: 'Running',
  TASK_KILLING: 'Killing',
  TASK_UNREACHABLE: 'Unreachable',
  TASK_FINISHED: 'Finished',
  TASK_KILLED: 'Killed',
  TASK_ERROR: 'Error',
  TASK_FAILED: 'Failed',
  TASK_GONE: 'Gone',
  TASK_GONE_BY_OPERATOR: 'Gone',
  TASK_DROPPED: 'Dropped',
  TASK_UNKNOWN: 'Unknown',
};

const PARTITION_REASONS: ReadonlySet<string> = new Set([
  'REASON_RECONCILIATION',
  'REASON_AGENT_DISCONNECTED',
  'REASON_SLAVE_DISCONNECTED',
  'REASON_AGENT_REMOVED',
  'REASON_SLAVE_REMOVED',
]);

/** The condition a Mesos task state stands for; TASK_LOST is split by reason (`spec/scheduling.md` §1.6). */
export function conditionOf(status: {
  readonly state: MesosTaskState;
  readonly reason?: string;
  readonly message?: string;
}): Condition {
  if (status.state !== 'TASK_LOST') return DIRECT[status.state];
  if (
    status.message?.startsWith('Reconciliation: Task is unknown to the') === true ||
    status.reason === 'REASON_TASK_UNKNOWN'
  ) {
    return 'Unknown';
  }
  return status.reason !== undefined && PARTITION_REASONS.has(status.reason) ? 'Unreachable' : 'Gone';
}
