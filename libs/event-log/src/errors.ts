/** Why the log cannot serve a call. `disk-full` passes by itself when there is room again; the others need a person. */
export type LogUnavailableCode = 'disk-full' | 'closed' | 'io';

/** The log could not do what was asked. Nothing was written, unless `outcomeUnknown` says that this is not certain. */
export class LogUnavailableError extends Error {
  override readonly name = 'LogUnavailableError';

  /** True when the batch may or may not be on the log: rebuild from the log before going on. */
  readonly outcomeUnknown: boolean;

  constructor(
    readonly code: LogUnavailableCode,
    message: string,
    { outcomeUnknown = false, cause }: { outcomeUnknown?: boolean; cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.outcomeUnknown = outcomeUnknown;
  }
}

/** A newer leader term has begun: whoever sees this is no longer the leader. */
export class LogFencedError extends Error {
  override readonly name = 'LogFencedError';

  constructor(
    readonly epoch: number,
    readonly currentEpoch: number,
  ) {
    super(`leader term ${epoch} is over: the log is at term ${currentEpoch}`);
  }
}

/** The log cannot be opened: in use by another process, damaged, or written by a newer release. */
export class LogOpenError extends Error {
  override readonly name = 'LogOpenError';

  constructor(
    readonly code: 'in-use' | 'newer-format' | 'unusable',
    message: string,
    options: { readonly cause?: unknown } = {},
  ) {
    super(message, options);
  }
}

/** An event was written by a newer release than this one. */
export class UnknownSchemaError extends Error {
  override readonly name = 'UnknownSchemaError';

  constructor(
    readonly type: string,
    readonly schema: number,
    readonly newestKnown: number,
    readonly position: number,
  ) {
    super(
      `event ${position} (${type}) has schema ${schema}, but this release knows schemas up to ${newestKnown}: ` +
        'it was written by a newer Ekiden; upgrade this node',
    );
  }
}
