import type { PackedGroup } from './packed-group.js';

/**
 * `full`: what was committed is on the disk. `process`: it outlives this process, but the newest of it may be gone after
 * a power cut, which is enough for a copy of something that is durable elsewhere.
 */
export type Durability = 'full' | 'process';

/** What is written, and how. */
export interface WritingOptions {
  /** Of the SQLite file. */
  readonly path: string;
  readonly durability: Durability;
}

/** What the writing thread is started with. */
export interface WriterStart extends WritingOptions {
  /** Of the `BusyFlag`, which the thread lowers after the start and after each request. */
  readonly busyMemory: SharedArrayBuffer;
}

/** What the writing thread is asked for, one at a time; see the methods of `WritingConnection`. */
export type WriteRequest =
  | { readonly kind: 'commit'; readonly group: PackedGroup }
  | { readonly kind: 'claim-epoch'; readonly epoch: number; readonly mark: number | undefined }
  | { readonly kind: 'probe' }
  | { readonly kind: 'rollback' }
  /** The last one: the thread ends after its reply. */
  | { readonly kind: 'close' };

/** The answer to the start and to each request; a failure's code would not survive the copying of an `Error`. */
export type WriteReply =
  { readonly ok: true } | { readonly ok: false; readonly message: string; readonly code: string | undefined };
