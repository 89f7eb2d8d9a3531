import type { ValueType } from '../values/value-type.js';

/**
 * What becomes of a flag that somebody sets (`spec/operations.md`, flag treatments):
 * - `keep`: works as in Marathon, or is Ekiden's own;
 * - `map`: works, with a meaning of Ekiden's that its description tells;
 * - `ignore`: accepted with one warning at start, changes nothing but what `/v2/info` prints;
 * - `refuse`: stops the start with the flag's hint;
 * - `later`: its function is not part of this version, so setting it stops the start. Its default stays readable.
 */
export type Treatment = 'keep' | 'map' | 'ignore' | 'refuse' | 'later';

/** Unit of a number; it ends the name of the property in {@link Configuration}. */
export type Unit = 'none' | 'ms' | 'seconds' | 'bytes';

/** What a default may depend on. */
export interface MachineFacts {
  readonly hostname: string;
  readonly userName: string;
  readonly cpus: number;
}

/** One row of the flag table. */
export interface Flag<T = unknown, U extends Unit = Unit> {
  readonly type: ValueType<NonNullable<T>>;
  readonly unit: U;
  readonly defaultValue: T | ((machine: MachineFacts) => T);
  readonly description: string;
  readonly treatment: Treatment;
  /** Works, but only `--help-all` lists it. */
  readonly hidden: boolean;
  /** Never printed. */
  readonly secret: boolean;
  /** What to do instead, for `refuse`. */
  readonly hint: string | undefined;
  /** For `later`: the one value that this version already gives, and that may therefore be set. */
  readonly given: T | undefined;
  /** Environment variable without prefix that gives the default. */
  readonly defaultVariable: string | undefined;
  /** The secret flag whose value stands in the file that this flag names. */
  readonly fileOf: string | undefined;
}

/** What a row may say besides its type; everything has a default. */
export interface FlagOptions<T> {
  readonly default?: T | ((machine: MachineFacts) => T);
  readonly treatment?: Treatment;
  readonly hidden?: boolean;
  readonly secret?: boolean;
  readonly hint?: string;
  readonly given?: T;
  readonly defaultVariable?: string;
  readonly fileOf?: string;
}

/** A row whose value is always there. */
type WithDefault<T> = FlagOptions<T> & { readonly default: T | ((machine: MachineFacts) => T) };

function row<T, U extends Unit>(
  type: ValueType<NonNullable<T>>,
  unit: U,
  description: string,
  options: FlagOptions<T>,
): Flag<T, U> {
  return {
    type,
    unit,
    defaultValue: options.default as T,
    description,
    treatment: options.treatment ?? 'keep',
    hidden: options.hidden ?? false,
    secret: options.secret ?? false,
    hint: options.hint,
    given: options.given,
    defaultVariable: options.defaultVariable,
    fileOf: options.fileOf,
  };
}

/** A row for a flag without unit. Without a default its value is `undefined` until somebody sets it. */
export function flag<T>(
  type: ValueType<T>,
  description: string,
  options: WithDefault<NoInfer<T>>,
): Flag<T, 'none'>;
export function flag<T>(
  type: ValueType<T>,
  description: string,
  options?: FlagOptions<NoInfer<T>>,
): Flag<T | undefined, 'none'>;
export function flag<T>(
  type: ValueType<T>,
  description: string,
  options: FlagOptions<T> = {},
): Flag<T, 'none'> {
  return row<T, 'none'>(type as ValueType<NonNullable<T>>, 'none', description, options);
}

/** A row for a number with a unit, such as `quantity(millisecondsType(), 'ms', …)`. */
export function quantity<U extends Exclude<Unit, 'none'>>(
  type: ValueType<number>,
  unit: U,
  description: string,
  options: WithDefault<number>,
): Flag<number, U> {
  return row<number, U>(type, unit, description, options);
}

/** The default of a row on this machine. */
export function defaultOf(definition: Flag, machine: MachineFacts): unknown {
  const { defaultValue } = definition;
  return typeof defaultValue === 'function'
    ? (defaultValue as (facts: MachineFacts) => unknown)(machine)
    : defaultValue;
}
