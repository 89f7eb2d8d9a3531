import { parseCommandLine } from './command-line/parse.js';
import { helpLines } from './command-line/help.js';
import { COMMANDS, COMPLETE_WORDS } from './commands/commands.js';
import { EXIT, type ExitCode } from './errors.js';
import { explainFailure } from './explain-failure.js';
import { Api } from './http/api.js';
import { connectionOf } from './http/connection.js';
import type { Io } from './io.js';
import { Screen } from './output/screen.js';

/** Runs the command that the arguments name; resolves with the exit code, and never rejects. */
export async function runCli(io: Io): Promise<ExitCode> {
  const plain = { json: io.argv.includes('--json'), color: !io.argv.includes('--no-color') };
  const screen = new Screen(io, plain);
  try {
    const parsed = parseCommandLine(io.argv, [...COMMANDS, COMPLETE_WORDS]);
    if (parsed.kind === 'help') {
      for (const line of helpLines(parsed.topic, COMMANDS)) screen.line(line);
      return EXIT.ok;
    }
    const { command, input } = parsed;
    const api = new Api(connectionOf(input, io.env), io.interrupted);
    return await command.run({ input, api, screen, io });
  } catch (error) {
    if (io.interrupted.aborted) return EXIT.interrupted;
    return explainFailure(error, screen);
  }
}

/** The first words of all commands. */
export const COMMAND_WORDS: ReadonlySet<string> = new Set([
  'help',
  ...COMMANDS.map(({ name }) => name.split(' ')[0]!),
]);
