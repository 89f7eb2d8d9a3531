/**
 * What an agent and its supervisors say to each other: JSON records, one per line, over a Unix socket
 * (spec/local-cluster.md §2.2). Both sides are of the same release except across an upgrade during which tasks
 * go on, so members are only ever added.
 */

/**
 * A container that an engine runs for the attached client process of a spec: signals to the client do not reach it
 * (spec/local-cluster.md §17.4).
 */
export interface EngineContainer {
  /** The engine's program and the arguments that all its calls have in common. */
  readonly client: readonly string[];
  /** Name of the container. */
  readonly name: string;
  /** Where the attached client writes the container's id (`docker run --cidfile`). */
  readonly idFile?: string | undefined;
}

/** A process to start. Everything is resolved by the agent; the supervisor decides nothing. */
export interface ContainerSpec {
  readonly containerId: string;
  /** What to execute: a path, or a name looked up in `environment.PATH`. */
  readonly file: string;
  /** The whole argv, argv[0] included. */
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Sandbox: working directory of the process. */
  readonly directory: string;
  /** Absent: as the user of the supervisor. */
  readonly user?: { readonly uid: number; readonly gid: number } | undefined;
  /** Files the output is appended to; they exist already. */
  readonly stdout: string;
  readonly stderr: string;
  /** Where `container.json`, `status.log` and `pids/forked.pid` are kept. Exists already. */
  readonly stateDirectory: string;
  /** The process is killed this long after its start (`TaskInfo.max_completion_time`). */
  readonly maxCompletionMs?: number | undefined;
  /** Devices of the machine that belong to it; for the agent to know again. */
  readonly gpus?: readonly number[] | undefined;
  /** More resident memory than this ends the process (`TaskInfo.limits.mem`). */
  readonly memoryLimitBytes?: number | undefined;
  /** The process is the client of this container, which is what has to end. */
  readonly engine?: EngineContainer | undefined;
  /** Its failures end the process (`TaskInfo.health_check`). */
  readonly healthCheck?: HealthCheckSpec | undefined;
  /** Its results are reported, nothing else (`TaskInfo.check`). */
  readonly check?: CheckSpec | undefined;
}

/**
 * What one look at a task does (spec/local-cluster.md §15.2). Of a container of an engine, the command runs inside,
 * on top of the container's own environment, and this machine's address stands for the container's.
 */
export type ProbeSpec =
  | {
      readonly type: 'COMMAND';
      readonly file: string;
      /** The whole argv, argv[0] included. */
      readonly argv: readonly string[];
      readonly environment: Readonly<Record<string, string>>;
    }
  | { readonly type: 'HTTP'; readonly url: string }
  | { readonly type: 'TCP'; readonly host: string; readonly port: number };

/** A probe and its rhythm (§15.1). */
export interface CheckSpec {
  readonly probe: ProbeSpec;
  /** From the start of the process to the first run. */
  readonly delayMs: number;
  /** From the end of a run to the next one. */
  readonly intervalMs: number;
  /** 0: unlimited. */
  readonly timeoutMs: number;
}

/** A check that decides whether the task is healthy, and whether it goes on. */
export interface HealthCheckSpec extends CheckSpec {
  /** From the start of the process; failures within it count only once there was a success. */
  readonly gracePeriodMs: number;
  /** So many failures in a row end the process. */
  readonly consecutiveFailures: number;
  /** Grace period of that kill. */
  readonly killGraceMs: number;
}

/** What a probe found, in the member that belongs to its type; none when it could not be performed in time. */
export interface CheckResult {
  readonly exitCode?: number | undefined;
  /** Of the final answer, after redirections. */
  readonly statusCode?: number | undefined;
  readonly succeeded?: boolean | undefined;
}

/**
 * What happens to a container, in this order: starting, running, then any number of health and check, then
 * [overdue, limitation or unhealthy_kill] [killing], exited; or failed alone.
 */
export type ContainerEvent =
  /** Accepted. `pid` is absent when the file turned out not to be executable. */
  | { readonly type: 'starting'; readonly pid?: number | undefined }
  | { readonly type: 'running'; readonly pid?: number | undefined; readonly startTime?: string | undefined }
  /** First success of the health check, a success after a failure, or a failure. */
  | { readonly type: 'health'; readonly healthy: boolean }
  /** The check's result differs from the one before. */
  | { readonly type: 'check'; readonly result: CheckResult }
  /** The health check failed too often in a row; the process is being killed for it. */
  | { readonly type: 'unhealthy_kill' }
  /** `maxCompletionMs` is over; the process is being killed for it. */
  | { readonly type: 'overdue' }
  /** The process used more memory than it may; it is being killed for it. */
  | { readonly type: 'limitation'; readonly usedBytes: number }
  /** A kill was asked for while the process ran. */
  | { readonly type: 'killing' }
  /** Ended by itself or killed. Both absent: the kernel's answer was lost. */
  | { readonly type: 'exited'; readonly code?: number | undefined; readonly signal?: string | undefined }
  /** Nothing was started. */
  | { readonly type: 'failed'; readonly message: string };

/** An event with its number in the container's log; numbers start at 1 and have no gaps. */
export interface NumberedEvent {
  readonly seq: number;
  readonly event: ContainerEvent;
}

/** `container.json`: written before the start is announced. */
export interface ContainerRecord {
  readonly spec: ContainerSpec;
  readonly pid?: number | undefined;
  /** Opaque; equal for two looks at the same process, different when a pid is used again. */
  readonly startTime?: string | undefined;
  readonly startedAtMs: number;
  readonly bootId: string;
  readonly supervisorPid: number;
}

/**
 * What a supervisor knows to do with a spec: 2 checks of containers, limits of memory. One of an older generation keeps
 * what it has and is given nothing new.
 */
export const supervisorGeneration = 2;

/** `<n>.json` beside the socket: how a restarted agent finds a supervisor. */
export interface SupervisorRecord {
  readonly pid: number;
  readonly startTime?: string | undefined;
  readonly bootId: string;
  readonly socket: string;
  /** For agents of the release before: this supervisor knows checks of processes. */
  readonly runsChecks?: boolean | undefined;
  /** See `supervisorGeneration`. Absent in records of older releases. */
  readonly generation?: number | undefined;
}

/** CPU and memory of a container's process tree. */
export interface ContainerUsage {
  readonly containerId: string;
  readonly processes: number;
  readonly userTimeSecs: number;
  readonly systemTimeSecs: number;
  readonly rssBytes: number;
}

/** Agent → supervisor. */
export type SupervisorRequest =
  | { readonly type: 'hello'; readonly agent: string; readonly boot: string }
  | { readonly type: 'launch'; readonly spec: ContainerSpec }
  | { readonly type: 'kill'; readonly container: string; readonly graceMs: number }
  /** SIGKILL to the whole tree, at once. */
  | { readonly type: 'destroy'; readonly container: string }
  /** All notifications of the container up to `seq` are durable at the agent. */
  | { readonly type: 'ack'; readonly container: string; readonly seq: number }
  | { readonly type: 'usage'; readonly id: number }
  /** Leave as soon as no container is left. */
  | { readonly type: 'stop' };

/** Supervisor → agent. */
export type SupervisorMessage =
  /** Answer to `hello`; unacknowledged notifications follow. */
  | { readonly type: 'welcome'; readonly pid: number; readonly containers: readonly string[] }
  | { readonly type: 'usage'; readonly id: number; readonly containers: readonly ContainerUsage[] }
  | ({ readonly type: 'notification'; readonly container: string } & NumberedEvent);
