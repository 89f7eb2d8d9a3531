import type { Configuration } from '#configuration';
import type { Logging } from '#observability';

/** One thing that `ekidenctl` does. */
export interface Command {
  /** The words that call it, such as `framework reset`. */
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** What it does and what to mind, for `--help` behind the command; lines of at most 100 characters. */
  readonly details: readonly string[];
  /** Flags of its own; all others are those of a node. */
  readonly options: Readonly<Record<string, CommandOption>>;
  /** Does it. Resolves with the exit code; rejects with an error that is printed. */
  run(context: CommandContext): Promise<number>;
}

/** A flag of a command. */
export interface CommandOption {
  /** What stands for the value in the help; a flag without one takes none. */
  readonly placeholder?: string;
  readonly description: string;
}

/** What a command works with. */
export interface CommandContext {
  /** As of a node that is started with the same flags and environment. */
  readonly configuration: Configuration;
  /** Flags of the command by name, without dashes: their value, or an empty text for those that take none. */
  readonly options: ReadonlyMap<string, string>;
  readonly logging: Logging;
  /** Prints a line for people. */
  readonly print: (line: string) => void;
}
