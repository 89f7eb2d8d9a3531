import { UsageError } from '../errors.js';
import { GLOBAL_OPTIONS, type Command, type OptionTable } from './command.js';
import { commandNamed, usageOf } from './parse.js';
import { suggestions } from './suggest.js';

/** Help about everything, a noun (`app`) or one command. @throws {UsageError} there is no such topic. */
export function helpLines(topic: readonly string[], commands: readonly Command[]): readonly string[] {
  if (topic.length === 0) return overview(commands);
  const command = commandNamed(topic, commands);
  if (command !== undefined) return commandHelp(command);
  const below = commands.filter(({ name }) => name.startsWith(`${topic[0]} `));
  if (below.length > 0) return nounHelp(topic[0]!, below);
  const names = [...new Set(commands.map(({ name }) => name.split(' ')[0]!))];
  const close = suggestions(topic[0]!, names).map((name) => `did you mean \`ekiden help ${name}\`?`);
  throw new UsageError(`there is no command \`${topic.join(' ')}\``, close);
}

function overview(commands: readonly Command[]): readonly string[] {
  return [
    'ekiden: the command line of Ekiden. It speaks the public API of any node.',
    '',
    'usage: ekiden <command> [arguments] [options]',
    '',
    ...summaries(commands),
    '',
    'Options of all commands:',
    ...optionLines(GLOBAL_OPTIONS),
    '',
    '`ekiden <command> --help` tells more, with examples. Without a command, `ekiden` starts a server;',
    '`ekiden --help` lists its flags.',
  ];
}

function nounHelp(noun: string, commands: readonly Command[]): readonly string[] {
  return [
    `usage: ekiden ${noun} <command> [arguments] [options]`,
    '',
    ...summaries(commands),
    '',
    `\`ekiden ${noun} <command> --help\` tells more, with examples.`,
  ];
}

function summaries(commands: readonly Command[]): readonly string[] {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
}

function commandHelp(command: Command): readonly string[] {
  const { name, summary, details = [], options = {}, examples } = command;
  return [
    `ekiden ${name}: ${summary}.`,
    '',
    `usage: ekiden ${usageOf(command)}`,
    ...(details.length === 0 ? [] : ['', ...details]),
    '',
    ...(Object.keys(options).length === 0 ? [] : ['Options:', ...optionLines(options), '']),
    'Options of all commands:',
    ...optionLines(GLOBAL_OPTIONS),
    '',
    'Examples:',
    ...examples.map((example) => `  ekiden ${example}`),
  ];
}

/** One line per option: `  --at WHEN   as of then`. */
export function optionLines(table: OptionTable): readonly string[] {
  const names = Object.entries(table).map(([name, { short, value }]) =>
    [short === undefined ? '' : `-${short}, `, `--${name}`, value === undefined ? '' : ` ${value}`].join(''),
  );
  const width = Math.max(...names.map(({ length }) => length));
  return Object.values(table).map(
    ({ description, repeatable }, index) =>
      `  ${names[index]!.padEnd(width)}  ${description}${repeatable === true ? ' (repeatable)' : ''}`,
  );
}
