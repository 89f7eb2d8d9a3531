import {
  pino,
  stdSerializers,
  stdTimeFunctions,
  type DestinationStream,
  type Logger as PinoLogger,
} from 'pino';
import { LevelTable } from './level-table.js';
import { LineWriter, toFileDescriptor } from './line-writer.js';
import type { Logger, RootLevel } from './logger.js';
import { redactSecrets } from './redact-secrets.js';
import { formatForTerminal } from './terminal-format.js';

/** Where the lines go. */
export interface Output {
  write(line: string): void;
  flush?(): Promise<void>;
}

export interface LoggingOptions {
  /** Level of `ROOT`. */
  readonly level: RootLevel;
  /** Takes whole lines; standard output unless given. */
  readonly destination?: Output;
  /** Readable coloured lines instead of JSON; decided by standard output unless given. */
  readonly isTerminal?: boolean;
}

/** The answer to a request for a level. */
export type SetLevelResult =
  | { readonly ok: true; readonly levels: Readonly<Record<string, string>> }
  | { readonly ok: false; readonly message: string };

/** The log of a process: hands out loggers and holds their levels (`spec/operations.md §14.2`). */
export interface Logging {
  /** The logger of a component. Names with dots nest: `scheduler.offers` takes its level from `scheduler`. */
  logger(component: string): Logger;
  /** Logger to level, as `GET /logging` prints it: `INFO`, or `INFO (inherited)`. */
  levels(): Readonly<Record<string, string>>;
  /** Sets the level of a logger and of those that inherit from it; `durationSeconds` later the old one is back. */
  setLevel(logger: string, level: string, durationSeconds?: number): SetLevelResult;
  /** Resolves when all lines are out, or the output does not take them; await it before the process ends. */
  flush(): Promise<void>;
}

/** Longest wait for the reader of the output when the process ends. */
const FLUSH_TIMEOUT_MS = 2000;

/** Starts the log of the process: JSON lines, or readable ones on a terminal. */
export function createLogging(options: LoggingOptions): Logging {
  const output = options.destination ?? standardOutput();
  const isTerminal = options.isTerminal ?? (options.destination === undefined && process.stdout.isTTY);
  const root = createRoot(isTerminal ? terminalStream(output) : output);
  const loggers = new Map<string, PinoLogger>();
  const table = new LevelTable(options.level, (name, level) => {
    const logger = loggers.get(name);
    if (logger !== undefined) logger.level = level;
  });
  return {
    logger: (component) => {
      const existing = loggers.get(component);
      if (existing !== undefined) return existing;
      const logger = root.child({ logger: component });
      loggers.set(component, logger);
      logger.level = table.add(component);
      return logger;
    },
    levels: () => table.shown(),
    setLevel: (logger, level, durationSeconds) => {
      const refusal = table.set(logger, level, durationSeconds);
      return refusal === undefined ? { ok: true, levels: table.shown() } : { ok: false, message: refusal };
    },
    flush: async () => output.flush?.(),
  };
}

function createRoot(destination: DestinationStream): PinoLogger {
  return pino(
    {
      // Every component has a level of its own; the root lets everything through.
      level: 'trace',
      base: null,
      messageKey: 'message',
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }), log: (fields) => redactSecrets(fields) },
      serializers: { err: printableError, error: printableError },
    },
    destination,
  );
}

/** Type, message, stack and causes of an error; other values that somebody logs as an error stay as they are. */
function printableError(value: unknown): unknown {
  return redactSecrets(value instanceof Error ? { ...stdSerializers.err(value) } : value);
}

function standardOutput(): Output {
  const writer = new LineWriter(toFileDescriptor(1), lossLine);
  return { write: (line) => writer.write(line), flush: () => writer.flush(FLUSH_TIMEOUT_MS) };
}

/** Readable for machines; on a terminal nothing gets lost. */
function lossLine(dropped: number): string {
  const time = new Date().toISOString();
  const message = `${dropped} log lines were lost: the output did not take them`;
  return `${JSON.stringify({ level: 'warn', time, logger: 'log', message })}\n`;
}

function terminalStream(output: Output): DestinationStream {
  return { write: (line: string) => output.write(formatForTerminal(line)) };
}
