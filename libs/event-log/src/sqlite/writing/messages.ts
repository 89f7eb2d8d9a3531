import type { PackedGroup } from './packed-group.js';

/** What the writing thread is started with. */
export interface WriterStart {
  /** Of the SQLite file. */
  readonly path: string;
  /** Of the `BusyFlag`, which the thread lowers after the start and after each request. */
  readonly busyMemory: SharedArrayBuffer;
}

/** What the writing thread is asked for, one at a time; see the methods of `WritingConnection`. */
export type WriteRequest =
  | { readonly kind: 'commit'; readonly group: PackedGroup }
  | { readonly kind: 'claim-epoch'; readonly epoch: number }
  | { readonly kind: 'probe' }
  | { readonly kind: 'rollback' }
  /** The last one: the thread ends after its reply. */
  | { readonly kind: 'close' };

/** The answer to the start and to each request; a failure's code would not survive the copying of an `Error`. */
export type WriteReply =
  { readonly ok: true } | { readonly ok: false; readonly message: string; readonly code: string | undefined };
