import type { LocalClusterOptions } from '../start-local-cluster.js';
import type { Logger } from '../runtime/logger.js';

/** What a cluster in a process of its own can be told: everything that is plain data. */
export type ClusterSettings = Omit<LocalClusterOptions, 'clock' | 'random' | 'host' | 'logger'> & {
  /** The agents are simulated: `sim://?…` or `sim:FILE` (spec/local-cluster.md §26.1). */
  readonly simulation?: string;
};

/** From the process that wants a cluster to the one that runs it. */
export type ClusterRequest =
  | { readonly type: 'start'; readonly settings: ClusterSettings }
  | { readonly type: 'stop'; readonly keepTasks: boolean };

/** Why a start failed; system errors keep what callers tell them apart by. */
export interface StartFailure {
  readonly message: string;
  readonly code?: string | undefined;
  readonly address?: string | undefined;
  readonly port?: number | undefined;
}

/** From the process that runs a cluster to the one that wanted it. */
export type ClusterMessage =
  | { readonly type: 'ready'; readonly url: string }
  | { readonly type: 'failed'; readonly failure: StartFailure }
  | { readonly type: 'stopped'; readonly stoppedTasks: number }
  | {
      readonly type: 'log';
      readonly level: keyof Logger;
      readonly fields: Readonly<Record<string, unknown>>;
      readonly message: string;
    };
