/** What a component writes its log lines with. `fields` are printed as JSON; secrets in them are masked. */
export interface Logger {
  trace(fields: object, message: string): void;
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Levels that `/logging` takes, from most to least talkative. */
export const SETTABLE_LEVELS = ['trace', 'debug', 'info', 'warn', 'error'] as const;

export type SettableLevel = (typeof SETTABLE_LEVELS)[number];

/** Levels that `--logging_level` takes; `all` is `trace`. */
export type RootLevel = SettableLevel | 'fatal' | 'off' | 'all';

/** Name that stands for all loggers in `/logging`. */
export const ROOT_LOGGER = 'ROOT';
