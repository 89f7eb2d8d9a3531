import { EXIT_CODES, loadConfiguration } from '#configuration';
import { createLogging } from '#observability';
import type { Command } from './command.js';
import { COMMANDS } from './commands.js';

/** What a run reads and where it writes to. */
export interface Invocation {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly print: (line: string) => void;
  readonly complain: (line: string) => void;
}

/** Runs the command that the arguments name; resolves with the exit code. */
export async function ekidenctl({ argv, env, print, complain }: Invocation): Promise<number> {
  const command = COMMANDS.find(({ name }) => name.split(' ').every((word, index) => argv[index] === word));
  if (command === undefined) {
    const isAskedForHelp = argv.length === 0 || argv[0] === '--help' || argv[0] === 'help';
    if (!isAskedForHelp) complain(unknownCommand(argv));
    for (const line of overview()) (isAskedForHelp ? print : complain)(line);
    return isAskedForHelp ? 0 : EXIT_CODES.badConfiguration;
  }
  const rest = argv.slice(command.name.split(' ').length);
  if (rest.includes('--help')) {
    for (const line of helpOf(command)) print(line);
    return 0;
  }
  const { options, others, problem } = ownOptions(command, rest);
  const loaded = loadConfiguration({ argv: asNodeOfItsOwn(others), env: { ...env } });
  if (problem !== undefined || !loaded.ok || !('configuration' in loaded)) {
    if (problem !== undefined) complain(problem);
    if (!loaded.ok) for (const message of loaded.messages) complain(message);
    complain(`\`npm run ekidenctl -- ${command.name} --help\` tells what it takes.`);
    return EXIT_CODES.badConfiguration;
  }
  for (const warning of loaded.warnings.filter(concernsTheTool)) complain(`warning: ${warning}`);
  const logging = createLogging({ level: loaded.configuration.loggingLevel });
  try {
    return await command.run({ configuration: loaded.configuration, options, logging, print });
  } catch (error) {
    complain(error instanceof Error ? error.message : String(error));
    return 1;
  } finally {
    await logging.flush();
  }
}

/** What follows the first flag may be a secret. */
function unknownCommand(argv: readonly string[]): string {
  const firstFlag = argv.findIndex((word) => word.startsWith('-'));
  const words = firstFlag < 0 ? argv : argv.slice(0, firstFlag);
  return words.length === 0
    ? 'the command comes first, before all flags'
    : `unknown command: ${words.join(' ')}`;
}

/** The tool leads nothing and serves nothing: what a node must have for an election may be missing. */
function asNodeOfItsOwn(flags: readonly string[]): readonly string[] {
  const isSet = (flag: RegExp): boolean => flags.some((word) => flag.test(word));
  return [
    ...flags,
    ...(isSet(/^--(?:disable[_-])?ha(?:=|$)/) ? [] : ['--disable_ha']),
    ...(isSet(/^--roles(?:=|$)/) ? [] : ['--roles', 'api,scheduler']),
  ];
}

/** Not what the tool itself has added, nor what that puts out of use; brokers may be those of a target. */
function concernsTheTool(warning: string): boolean {
  return !/^`--(?:disable_ha|roles)` wins over|without an election$|^`--kafka_\w+` is not used/.test(warning);
}

/** Takes the command's own flags out, in both spellings `--name value` and `--name=value`. */
function ownOptions(command: Command, words: readonly string[]) {
  const options = new Map<string, string>();
  const others: string[] = [];
  let problem: string | undefined;
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    const [, name = '', inline] = /^--([a-z_-]+)(?:=(.*))?$/s.exec(word) ?? [];
    const option = Object.hasOwn(command.options, name) ? command.options[name] : undefined;
    if (option === undefined) {
      others.push(word);
      continue;
    }
    const value = option.placeholder === undefined ? '' : (inline ?? words[(index += 1)]);
    if (value === undefined) problem ??= `\`--${name}\` needs a value`;
    if (option.placeholder === undefined && inline !== undefined) problem ??= `\`--${name}\` takes no value`;
    options.set(name, value ?? '');
  }
  return { options, others, problem };
}

function overview(): string[] {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length));
  return [
    'Looks after the event log of Ekiden.',
    '',
    'npm run ekidenctl -- <command> [flags]',
    '',
    ...COMMANDS.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'Commands take the flags and variables of a node (--event_log, --data_dir, …), so that they find its log.',
    '`--help` behind a command tells more.',
  ];
}

function helpOf({ name, summary, details, options }: Command): string[] {
  const flags = Object.entries(options).map(
    ([flag, { placeholder }]) => `--${flag}${placeholder === undefined ? '' : ` ${placeholder}`}`,
  );
  const width = Math.max(0, ...flags.map(({ length }) => length));
  return [
    `npm run ekidenctl -- ${name} [flags]: ${summary}.`,
    '',
    ...details,
    '',
    ...Object.values(options).map(
      ({ description }, index) => `  ${(flags[index] ?? '').padEnd(width)}  ${description}`,
    ),
    '',
    'All flags and variables of a node are understood, too: --event_log and --data_dir say where the log is.',
  ];
}
