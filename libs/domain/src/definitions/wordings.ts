/** Texts that several rules share (`spec/definitions.md` §1, §2.5). */

export const MUST_BE_EMPTY = 'must be empty';
export const MUST_NOT_BE_EMPTY = 'must not be empty';
export const NOT_DEFINED = 'not defined';
export const INVALID_URI = 'URI has invalid syntax.';
export const PORT_NAMES_NOT_UNIQUE = 'Port names must be unique.';

/** Doubles print with a fraction, as the legacy server prints them. */
export function formatDouble(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

/** The unbalanced bracket is part of the contract (§1). */
export function featureDisabled(feature: string): string {
  return `Feature ${feature} is not enabled. Enable with --enable_features ${feature})`;
}

export function notOneOf(allowed: readonly string[]): string {
  return `is not one of (${allowed.join(',')})`;
}
