/** What a metric measures with. */
export type MetricKind = 'counter' | 'gauge' | 'meter' | 'timer' | 'histogram';

export type MetricUnit = 'seconds' | 'bytes';

export interface MetricDefinition<K extends MetricKind = MetricKind> {
  readonly kind: K;
  readonly unit: MetricUnit | undefined;
  /** One line, for people who read the Prometheus page. */
  readonly help: string;
}

const counter = (help: string, unit?: MetricUnit): MetricDefinition<'counter'> => ({
  kind: 'counter',
  unit,
  help,
});
const gauge = (help: string, unit?: MetricUnit): MetricDefinition<'gauge'> => ({ kind: 'gauge', unit, help });
const meter = (help: string): MetricDefinition<'meter'> => ({ kind: 'meter', unit: undefined, help });
const timer = (help: string): MetricDefinition<'timer'> => ({ kind: 'timer', unit: 'seconds', help });

/**
 * The metrics of this version, without prefix, type and unit. The names are part of the contract: dashboards and alerts
 * made for Marathon use them (`spec/operations.md §13.2`).
 */
export const METRICS = {
  'apps.active': gauge('Apps'),
  'groups.active': gauge('Groups'),
  'deployments.active': gauge('Deployments in progress'),
  'instances.running': gauge('Instances in state running'),
  'instances.staged': gauge('Instances in state staging or starting'),
  'instances.launch-overdue': gauge('Instances that take longer to start than allowed'),
  'instances.inflight-kills': gauge('Instances being killed'),
  'health-checks.active': gauge('Health and readiness checks being carried out'),
  'health-checks.duration': timer('Duration of health checks that Ekiden runs'),
  'instances.inflight-kill-attempts': gauge('Attempts to kill the instances being killed'),
  uptime: gauge('Time since the process started', 'seconds'),
  'leadership.duration': gauge('Time since this process leads', 'seconds'),
  'leadership.epoch': gauge('Number of the current leader term'),
  'leadership.leader': gauge('1 while this process leads'),
  'leadership.start.duration': gauge(
    'What it took from the election to the first event of the term',
    'seconds',
  ),
  deployments: counter('Deployments accepted'),
  'deployments.dismissed': counter('Deployments refused'),
  'tasks.launched': counter('Tasks sent to Mesos for launch'),

  'mesos.calls.revive': counter('REVIVE calls'),
  'mesos.calls.suppress': counter('SUPPRESS calls'),
  'mesos.offers.incoming': counter('Offers received'),
  'mesos.offers.used': counter('Offers accepted'),
  'mesos.offers.declined': counter('Offers declined'),
  'mesos.offer-operations.launch': counter('LAUNCH operations'),
  'mesos.task.oom.memory-limit-exceeded': counter('Tasks killed for using too much memory'),
  'mesos.task.oom.memory-limit-unfulfillable': counter('Tasks killed because memory could not be provided'),
  'mesos.connected': gauge('1 while subscribed to a master'),
  'mesos.reconnects': counter('Subscriptions after the first'),

  'http.requests.size': counter('Bytes of request bodies', 'bytes'),
  'http.responses.size': counter('Bytes of response bodies', 'bytes'),
  'http.responses.size.gzipped': counter('Bytes of compressed response bodies', 'bytes'),
  'http.responses.event-stream.size': counter('Bytes of event-stream frames', 'bytes'),
  'http.requests.active': gauge('Requests being answered'),
  'http.event-streams.active': gauge('Open event streams'),
  'http.requests.duration': timer('Duration of requests'),
  'http.requests.get.duration': timer('Duration of GET requests'),
  'http.requests.post.duration': timer('Duration of POST requests'),
  'http.requests.put.duration': timer('Duration of PUT requests'),
  'http.requests.delete.duration': timer('Duration of DELETE requests'),
  'http.requests.head.duration': timer('Duration of HEAD requests'),
  'http.requests.options.duration': timer('Duration of OPTIONS requests'),
  'http.requests.trace.duration': timer('Duration of TRACE requests'),
  'http.requests.connect.duration': timer('Duration of CONNECT requests'),
  'http.requests.move.duration': timer('Duration of MOVE requests'),
  'http.requests.other.duration': timer('Duration of requests with any other method'),
  'http.responses.1xx.rate': meter('Responses with status 1xx'),
  'http.responses.2xx.rate': meter('Responses with status 2xx'),
  'http.responses.3xx.rate': meter('Responses with status 3xx'),
  'http.responses.4xx.rate': meter('Responses with status 4xx'),
  'http.responses.5xx.rate': meter('Responses with status 5xx'),
  'event-streams.dropped-slow': counter('Event streams closed because their reader was too slow'),

  'webhooks.active': gauge('Webhooks that events are sent to from this process'),
  'webhooks.backing-off': gauge('Webhooks whose last delivery failed'),
  'webhooks.lagging': gauge('Webhooks that have not dealt with every event yet'),
  'webhooks.lag.max': gauge('Events between the head of the log and the webhook that is furthest behind'),
  'webhooks.delivered': counter('Requests of webhooks that were taken'),
  'webhooks.failed': counter('Requests of webhooks that failed'),
  'webhooks.dead-letters': counter('Events that were given up for a webhook'),

  'log.appends': counter('Batches appended to the event log'),
  'log.append.duration': timer('Duration of durable appends'),
  'log.sequence': gauge('Position of the last event'),
  'log.size': gauge('Size of the event log', 'bytes'),
  'log.snapshot.age': gauge('Age of the newest snapshot', 'seconds'),
  'persistence.gc.runs': counter('Snapshot runs'),
  'persistence.gc.compaction.duration': timer('Duration of snapshot runs'),
  'commands.queued': gauge('Commands waiting for the writer'),
  'commands.rejected': counter('Commands refused'),

  'jvm.memory.heap.init': gauge('JavaScript heap at start', 'bytes'),
  'jvm.memory.heap.used': gauge('JavaScript heap in use', 'bytes'),
  'jvm.memory.heap.committed': gauge('JavaScript heap allocated', 'bytes'),
  'jvm.memory.heap.max': gauge('Limit of the JavaScript heap', 'bytes'),
  'jvm.memory.heap.usage': gauge('Share of the limit in use, 0 to 1'),
  'jvm.memory.total.used': gauge('Resident size of the process', 'bytes'),
  'nodejs.event-loop.lag.mean': gauge('Mean delay of the event loop since the last reading', 'seconds'),
  'nodejs.event-loop.lag.p99': gauge('99th percentile of that delay', 'seconds'),
  'nodejs.event-loop.lag.max': gauge('Longest such delay', 'seconds'),
  'nodejs.event-loop.utilization': gauge(
    'Share of time the event loop was busy since the last reading, 0 to 1',
  ),
  'nodejs.memory.external': gauge('Memory of buffers and other objects outside the heap', 'bytes'),
  'nodejs.cpu.user': gauge('Processor time in user code', 'seconds'),
  'nodejs.cpu.system': gauge('Processor time in the kernel', 'seconds'),
  'nodejs.handles.active': gauge('Resources that keep the process alive'),
} as const;

/** The counter of status updates for each Mesos task state. */
export const TASK_UPDATE_COUNTERS = {
  TASK_STAGING: 'mesos.task-updates.task-staging',
  TASK_STARTING: 'mesos.task-updates.task-starting',
  TASK_RUNNING: 'mesos.task-updates.task-running',
  TASK_KILLING: 'mesos.task-updates.task-killing',
  TASK_FINISHED: 'mesos.task-updates.task-finished',
  TASK_FAILED: 'mesos.task-updates.task-failed',
  TASK_KILLED: 'mesos.task-updates.task-killed',
  TASK_ERROR: 'mesos.task-updates.task-error',
  TASK_LOST: 'mesos.task-updates.task-lost',
  TASK_DROPPED: 'mesos.task-updates.task-dropped',
  TASK_UNREACHABLE: 'mesos.task-updates.task-unreachable',
  TASK_GONE: 'mesos.task-updates.task-gone',
  TASK_GONE_BY_OPERATOR: 'mesos.task-updates.task-gone-by-operator',
  TASK_UNKNOWN: 'mesos.task-updates.task-unknown',
} as const;

/** The counter of unused offers for each reason of the offer funnel (`spec/operations.md §16`). */
export const OFFER_REJECTION_COUNTERS = {
  UnfulfilledRole: 'offers.rejected.unfulfilled-role',
  UnfulfilledConstraint: 'offers.rejected.unfulfilled-constraint',
  NoCorrespondingReservationFound: 'offers.rejected.no-corresponding-reservation-found',
  AgentMaintenance: 'offers.rejected.agent-maintenance',
  InsufficientCpus: 'offers.rejected.insufficient-cpus',
  InsufficientMemory: 'offers.rejected.insufficient-memory',
  InsufficientDisk: 'offers.rejected.insufficient-disk',
  InsufficientGpus: 'offers.rejected.insufficient-gpus',
  InsufficientPorts: 'offers.rejected.insufficient-ports',
  DeclinedScarceResources: 'offers.rejected.declined-scarce-resources',
} as const;

type Catalogued<K extends MetricKind> = {
  [N in keyof typeof METRICS]: (typeof METRICS)[N]['kind'] extends K ? N : never;
}[keyof typeof METRICS];

/** Names below `debug.` are free: nobody outside may rely on them. */
type DebugName = `debug.${string}`;

export type CounterName =
  | Catalogued<'counter'>
  | (typeof TASK_UPDATE_COUNTERS)[keyof typeof TASK_UPDATE_COUNTERS]
  | (typeof OFFER_REJECTION_COUNTERS)[keyof typeof OFFER_REJECTION_COUNTERS]
  | DebugName;
export type GaugeName =
  Catalogued<'gauge'> | `projection.${string}.lag` | `nodejs.heap.${string}.used` | DebugName;
export type MeterName = Catalogued<'meter'> | DebugName;
export type TimerName = Catalogued<'timer'> | DebugName;
export type HistogramName = DebugName;

/** Help texts of the names that are not listed one by one, by how they start. */
const FAMILIES: readonly (readonly [start: string, help: string])[] = [
  ['mesos.task-updates.', 'Status updates with this state'],
  ['offers.rejected.', 'Offers that went unused for this reason'],
  ['projection.', 'Events that the projection has not taken in yet'],
  ['nodejs.heap.', 'Use of this space of the JavaScript heap'],
];

/** The definition of a name, also of those that are not listed one by one. */
export function definitionOf<K extends MetricKind>(name: string, kind: K): MetricDefinition<K> {
  const listed: MetricDefinition | undefined = (METRICS as Record<string, MetricDefinition>)[name];
  if (listed !== undefined) return { ...listed, kind };
  const help = FAMILIES.find(([start]) => name.startsWith(start))?.[1] ?? 'Internal, may change';
  const unit = kind === 'timer' ? 'seconds' : name.startsWith('nodejs.heap.') ? 'bytes' : undefined;
  return { kind, unit, help };
}
