import { UsageError } from '../errors.js';
import { whenOf } from '../when.js';
import type { Call } from '../command-line/command.js';

/**
 * An app or group id as the API knows it: absolute.
 *
 * @throws {UsageError} it is empty, as an unset variable of a script is: nobody means the root by that.
 */
export function absoluteId(text: string): string {
  if (text.trim() === '') throw new UsageError('the id is empty', ['the root group is called /']);
  const parts = text.split('/').filter((part) => part !== '');
  return `/${parts.join('/')}`;
}

/** The query parameters of an instant in the past, if `--at` names one. */
export function atQuery({ input, io }: Call): { readonly at?: string } {
  const at = input.option('at');
  return at === undefined ? {} : { at: whenOf(at, io.nowMs()) };
}
