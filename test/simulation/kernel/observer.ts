import type { EncodedBatch } from '../../../libs/event-log/src/local/log-store.js';

/** A batch that was put on the shared log. */
export interface Appended {
  readonly node: string;
  readonly epoch: number;
  readonly first: number;
  readonly batches: readonly EncodedBatch[];
}

/** A task as the master was asked to launch it. */
export interface LaunchedTask {
  readonly taskId: string;
  readonly agentId: string;
  readonly hostname: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Is told what really happens in the simulated world, and throws when it must not. */
export interface Observer {
  appended(batch: Appended): void;
  claimed(node: string, epoch: number): void;
  launching(node: string, tasks: readonly LaunchedTask[]): void;
  killing(node: string, taskId: string): void;
  acknowledging(node: string, taskId: string, state: string): void;
  taskBegan(taskId: string): void;
  taskEnded(taskId: string): void;
}
