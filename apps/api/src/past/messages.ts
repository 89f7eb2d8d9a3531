import type { Asked, Outcome } from './question.js';

/** What the thread that looks into the past is started with. */
export interface PastThreadStart {
  /** The file of the log ({@link EventLog.file}). */
  readonly path: string;
  /** Folder of the checkpoints. */
  readonly checkpoints: string;
  /** Memory of the {@link ExitGate}. */
  readonly gateMemory: SharedArrayBuffer;
}

/** To the thread. */
export type PastRequest =
  | { readonly kind: 'ask'; readonly id: number; readonly asked: Asked }
  /** Make checkpoints up to this position, in the background. */
  | { readonly kind: 'make-checkpoints'; readonly head: number }
  | { readonly kind: 'close' };

/** From the thread. */
export type PastReply =
  /** `body` is that of the answer, in UTF-8. */
  | {
      readonly kind: 'outcome';
      readonly id: number;
      readonly outcome: Outcome;
      readonly body: Uint8Array | undefined;
    }
  /** `isUnavailable`: the log could not be read; trying again may help. */
  | {
      readonly kind: 'failed';
      readonly id: number;
      readonly message: string;
      readonly isUnavailable: boolean;
    }
  /** Checkpoints are made; the next one is due when the log has reached this position. */
  | { readonly kind: 'checkpoints-made'; readonly dueAt: number }
  | { readonly kind: 'warning'; readonly text: string };
