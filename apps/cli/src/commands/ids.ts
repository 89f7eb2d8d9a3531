import { whenOf } from '../when.js';
import type { Call } from '../command-line/command.js';

/** An app or group id as the API knows it: absolute. */
export const absoluteId = (text: string): string =>
  `/${text
    .split('/')
    .filter((part) => part !== '')
    .join('/')}`;

/** The query parameters of an instant in the past, if `--at` names one. */
export function atQuery({ input, io }: Call): { readonly at?: string } {
  const at = input.option('at');
  return at === undefined ? {} : { at: whenOf(at, io.nowMs()) };
}
