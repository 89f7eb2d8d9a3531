import type { IpAddress } from '#mesos';
import type {
  ContainerEvent,
  ContainerSpec,
  ContainerUsage,
  NumberedEvent,
} from '../../supervisor/protocol.js';

/** Why a container's fate is not known from its own log (spec/local-cluster.md §14, §20.2). */
export type LossCause =
  /** The supervisor died while the agent ran. */
  | 'supervisor_died'
  /** At recovery neither supervisor nor process was found. */
  | 'not_found'
  /** At recovery the process ran, but its supervisor did not answer in time. */
  | 'supervisor_silent';

/** What an engine says of a container once it runs (spec/local-cluster.md §17.2). */
export interface Inspection {
  /** The engine's own description: the text of a JSON array. */
  readonly text: string;
  /** Addresses of the container's own; none when it shares those of the host. */
  readonly addresses: readonly IpAddress[];
}

type RunningEvent = Extract<ContainerEvent, { type: 'running' }>;

/** What a runner reports. `lost` is the last event, like `exited` and `failed`; the remains are dead by then. */
export type RunnerEvent =
  | Exclude<ContainerEvent, RunningEvent>
  | (RunningEvent & { readonly inspection?: Inspection | undefined })
  | { readonly type: 'lost'; readonly cause: LossCause };

/**
 * Told one event after the other, in order, each once per agent life and again after a restart unless `handled` was
 * called. `handled` says that everything to be remembered about it is on disk.
 */
export type ContainerListener = (event: RunnerEvent, seq: number, handled: () => void) => void;

/** A container that was launched or found again. */
export interface ContainerHandle {
  /** Asks politely, insists after `graceMs`; a further call can only shorten the wait. */
  kill(graceMs: number): void;
  /** Ends it at once. */
  destroy(): void;
}

/** A container from before the agent's restart. */
export interface RecoverableContainer {
  readonly containerId: string;
  readonly directory: string;
  readonly stateDirectory: string;
  /** Number of the last event that was handled before. */
  readonly lastSeq: number;
  /** Name of the container at the engine, for one that an engine runs. */
  readonly engineName?: string | undefined;
}

/** A container found at recovery. */
export interface RecoveredContainer {
  readonly handle: ContainerHandle;
  /** Everything its log says so far, handled or not. */
  readonly events: readonly NumberedEvent[];
  /** Devices it was given. */
  readonly gpus: readonly number[];
}

/**
 * How containers are run (spec/local-cluster.md §8.4). A runner knows processes, not tasks: it builds no statuses
 * and knows no Mesos.
 */
export interface Runner {
  /** Finds what an earlier agent left running. Called once, before anything else. */
  start(): Promise<void>;
  launch(spec: ContainerSpec, listener: ContainerListener): ContainerHandle;
  /** Reattaches a container; nothing when it was never handed to the runner. */
  recover(
    container: RecoverableContainer,
    listener: ContainerListener,
  ): Promise<RecoveredContainer | undefined>;
  /** Ends every container found by `start` that nobody recovered. */
  destroyUnclaimed(): void;
  usage(): Promise<readonly ContainerUsage[]>;
  /** Lets go of all containers; those that run go on. */
  stop(): Promise<void>;
}
