/** What `/config` and the start log can print. */
export type Shown = string | number | boolean | readonly string[] | null;

/**
 * The outcome of reading one text. `reason` finishes a sentence that starts with the flag's name; without it the message
 * says what the type expects. `unsupported` marks a value that Marathon knows and this version does not.
 */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T; readonly warning?: string }
  | { readonly ok: false; readonly reason?: string; readonly unsupported?: boolean };

/** How the text of a flag becomes a value. */
export interface ValueType<T> {
  /** `bare` flags take no value; `toggle` flags take none on the command line and have a `disable_` form. */
  readonly arity: 'value' | 'toggle' | 'bare';
  /** Finishes the sentence "`--x` must be …". */
  readonly expects: string;
  /** Stands for the value in the help text. */
  readonly placeholder: string;
  parse(text: string): Parsed<T>;
  /** Printable form; credentials inside the value are masked here. */
  show(value: T): Shown;
}

export const parsed = <T>(value: T): Parsed<T> => ({ ok: true, value });
export const unexpected: Parsed<never> = { ok: false };
export const refused = (reason: string): Parsed<never> => ({ ok: false, reason });
export const unsupported = (reason: string): Parsed<never> => ({ ok: false, reason, unsupported: true });
