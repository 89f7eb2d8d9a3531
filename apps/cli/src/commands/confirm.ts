import type { Call } from '../command-line/command.js';
import { UsageError } from '../errors.js';
import { linesOf } from '../http/server-sent-events.js';

/**
 * Asks on a terminal; `--yes` answers in advance. Where nobody can be asked, `otherwise` tells whether to go ahead, and
 * false is an error.
 *
 * @throws {UsageError} nobody can be asked.
 */
export async function confirmed(
  { input, io, screen }: Call,
  question: string,
  { otherwise }: { readonly otherwise: boolean },
): Promise<boolean> {
  if (input.flag('yes')) return true;
  if (io.stdin.isTTY !== true || io.stderr.isTTY !== true) {
    if (otherwise) return true;
    throw new UsageError('nobody can be asked here', ['`--yes` goes ahead without asking']);
  }
  screen.rawNote(`${question} [y/N] `);
  for await (const line of linesOf(io.stdin)) return /^y(es)?$/i.test(line.trim());
  return false;
}
