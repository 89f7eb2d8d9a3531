import type { HistoryFiles } from '../local-history.js';
import type { HistoryQuestion } from '../port.js';

/** What the thread of the history is started with. */
export interface HistoryStart extends HistoryFiles {
  /** SQLite file of the log. */
  readonly log: string;
  /** Of the `ExitGate` behind which the thread uses its files. */
  readonly gateMemory: SharedArrayBuffer;
}

/** A question to the thread; `close` is the last one. */
export interface Question {
  readonly id: number;
  readonly method: HistoryQuestion | 'close';
  readonly args: readonly unknown[];
}

/** The answer to a question, or to the start (`id` 0). Of an error only this survives the way. */
export type Reply =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly message: string; readonly isUnavailable: boolean };
