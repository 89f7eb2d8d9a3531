/** What the command line answers to the shell. */
export const EXIT = {
  ok: 0,
  /** The server refused it, or it failed. */
  failed: 1,
  /** The command line makes no sense. */
  usage: 2,
  /** No server answers. */
  unreachable: 3,
  /** Ctrl-C. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends a command with a text for people; `advice` says what to do next, a line each. */
export class CliError extends Error {
  override readonly name: string = 'CliError';

  constructor(
    message: string,
    readonly advice: readonly string[] = [],
    readonly exitCode: ExitCode = EXIT.failed,
  ) {
    super(message);
  }
}

/** The command line makes no sense. */
export class UsageError extends CliError {
  override readonly name = 'UsageError';

  constructor(message: string, advice: readonly string[] = []) {
    super(message, advice, EXIT.usage);
  }
}

/** None of the servers could be reached, or none answered in time. */
export class UnreachableError extends CliError {
  override readonly name = 'UnreachableError';

  constructor(message: string, advice: readonly string[] = []) {
    super(message, advice, EXIT.unreachable);
  }
}

/** A server answered with a status of 300 or above; `text` is its body, `location` where it sends to. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';

  constructor(
    readonly status: number,
    readonly text: string,
    readonly path: string,
    readonly location?: string,
  ) {
    super(`the server answered ${status}`);
  }
}
