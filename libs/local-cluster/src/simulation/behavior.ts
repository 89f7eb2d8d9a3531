import { constant, type Distribution } from './distribution.js';

/** One way in which a task can end by itself. */
export type Outcome = { readonly weight: number } & (
  | { readonly exit: number }
  | { readonly signal: string }
  /** A limitation, or the end of the executor: reported by the agent. */
  | { readonly reason: string; readonly message?: string | undefined }
);

/** What a health check of a task finds (spec/local-cluster.md §26.2). Times count from TASK_RUNNING. */
export interface HealthBehavior {
  /** Checks fail before this time; absent: the first check succeeds. */
  readonly firstOkMs?: number | undefined;
  /** From each time on the checks give this result, until the next one. */
  readonly flap?: readonly (readonly [atMs: number, isHealthy: boolean])[] | undefined;
  /** All checks after this time fail. */
  readonly failAfterMs?: number | undefined;
  /** Each check fails with this probability. */
  readonly failProbability: number;
}

/** How a task behaves: everything of §26.2, resolved. */
export interface TaskBehavior {
  /** Probability of TASK_DROPPED, and its reason. */
  readonly drop: number;
  readonly dropReason: string;
  /** Probability that the agent never hears of the task. */
  readonly loseMessage: number;
  /** Probability that the container cannot be launched, and why. */
  readonly launchFailure: number;
  readonly launchMessage: string;
  /** Acceptance to TASK_STARTING. */
  readonly stagingMs: Distribution;
  /** Whether TASK_STARTING is sent. */
  readonly starting: boolean;
  /** TASK_STARTING to TASK_RUNNING: start of the executor, and what has to be fetched. */
  readonly startingMs: Distribution;
  readonly runningMs: Distribution;
  /** TASK_RUNNING to its own end; null: it runs for ever. */
  readonly lifetimeMs: Distribution | null;
  readonly outcomes: readonly Outcome[];
  /** SIGTERM to the end, if that comes within the grace period. */
  readonly killMs: Distribution;
  readonly ignoreTerm: boolean;
  readonly killingExit: number;
  readonly health: HealthBehavior;
  /** Results of a generic check: from each time after TASK_RUNNING on, this value. */
  readonly check: readonly (readonly [atMs: number, value: number | boolean])[];
  /** `unique`: an address of its own from a pool of the agent; unset: only with a named network. */
  readonly ip: 'agent' | 'unique' | undefined;
  /** Probability that an acknowledgement is lost. */
  readonly ackDrop: number;
  /** Probability that an update is delivered twice. */
  readonly duplicate: number;
}

/** What holds where nothing else is said (§26.2). */
export const DEFAULT_BEHAVIOR: TaskBehavior = {
  drop: 0,
  dropReason: 'REASON_RESOURCES_UNKNOWN',
  loseMessage: 0,
  launchFailure: 0,
  launchMessage: 'simulated failure',
  stagingMs: constant(5),
  starting: true,
  startingMs: constant(10),
  runningMs: { dist: 'uniform', min: 50, max: 400 },
  lifetimeMs: null,
  outcomes: [{ weight: 1, exit: 0 }],
  killMs: { dist: 'uniform', min: 20, max: 200 },
  ignoreTerm: false,
  killingExit: 0,
  health: { failProbability: 0 },
  check: [],
  ip: undefined,
  ackDrop: 0,
  duplicate: 0,
};
