import { parseArgs } from 'node:util';
import { UsageError } from '../errors.js';
import { GLOBAL_OPTIONS, type ArgumentSpec, type Command, type OptionTable } from './command.js';
import { Input } from './input.js';
import { suggestions } from './suggest.js';

/** What a command line asks for. */
export type Parsed =
  | { readonly kind: 'run'; readonly command: Command; readonly input: Input }
  | { readonly kind: 'help'; readonly topic: readonly string[] };

/** @throws {UsageError} there is no such command, or it does not take that. */
export function parseCommandLine(argv: readonly string[], commands: readonly Command[]): Parsed {
  const words = positionals(argv);
  const end = argv.indexOf('--');
  const asksForHelp = (end < 0 ? argv : argv.slice(0, end)).some(
    (word) => word === '--help' || word === '-h',
  );
  if (words.length === 0 || words[0] === 'help') return { kind: 'help', topic: words.slice(1) };
  const command = commandNamed(words, commands);
  if (command === undefined) {
    if (asksForHelp || (words.length === 1 && isNoun(words[0]!, commands)))
      return { kind: 'help', topic: words };
    throw unknownCommand(words, commands);
  }
  if (asksForHelp) return { kind: 'help', topic: command.name.split(' ') };
  return { kind: 'run', command, input: inputOf(command, argv) };
}

/** Words that are neither options nor values of global ones. */
function positionals(argv: readonly string[]): readonly string[] {
  return parseArgs({ args: [...argv], options: nodeOptions(GLOBAL_OPTIONS), strict: false }).positionals;
}

/** The command with the most words that the line begins with. */
export function commandNamed(words: readonly string[], commands: readonly Command[]): Command | undefined {
  const matches = commands.filter(({ name }) =>
    name.split(' ').every((part, index) => words[index] === part),
  );
  return matches.toSorted((a, b) => b.name.length - a.name.length)[0];
}

const isNoun = (word: string, commands: readonly Command[]): boolean =>
  commands.some(({ name }) => name.startsWith(`${word} `));

function unknownCommand(words: readonly string[], commands: readonly Command[]): UsageError {
  const [noun = '', verb = ''] = words;
  const verbs = commands.flatMap(({ name }) =>
    name.startsWith(`${noun} `) ? [name.slice(noun.length + 1)] : [],
  );
  if (verbs.length > 0) {
    const close = suggestions(verb, verbs).map((word) => `did you mean \`ekiden ${noun} ${word}\`?`);
    const others = `\`ekiden ${noun}\` takes: ${verbs.join(', ')}`;
    return new UsageError(`there is no command \`${noun} ${verb}\``, close.length > 0 ? close : [others]);
  }
  const nouns = [...new Set(commands.map(({ name }) => name.split(' ')[0]!))];
  const close = suggestions(noun, [...nouns, 'help']).map((word) => `did you mean \`ekiden ${word}\`?`);
  return new UsageError(
    `there is no command \`${noun}\``,
    close.length > 0 ? close : ['`ekiden help` lists all'],
  );
}

function inputOf(command: Command, argv: readonly string[]): Input {
  const table: OptionTable = { ...GLOBAL_OPTIONS, ...command.options };
  const { tokens } = parseArgs({ args: [...argv], options: nodeOptions(table), strict: false, tokens: true });
  const values = new Map<string, string[]>();
  const words: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind !== 'option') continue;
    const spec = Object.hasOwn(table, token.name) ? table[token.name] : undefined;
    if (spec === undefined) throw unknownOption(token.rawName, command, table);
    if (
      spec.value !== undefined &&
      (token.value === undefined || looksMissing(token.value, token.inlineValue))
    ) {
      throw new UsageError(`\`--${token.name}\` needs a value: \`--${token.name} ${spec.value}\``);
    }
    if (spec.value === undefined && token.value !== undefined) {
      throw new UsageError(`\`--${token.name}\` takes no value`);
    }
    values.set(token.name, [...(values.get(token.name) ?? []), token.value ?? '']);
  }
  const own = words.slice(command.name.split(' ').length);
  checkArguments(command, own);
  return new Input(
    own,
    (command.arguments ?? []).map(({ name }) => name),
    values,
  );
}

/** `--reason --force` has forgotten the reason. */
const looksMissing = (value: string, isInline: boolean | undefined): boolean =>
  isInline !== true && /^--[a-z]/.test(value);

function unknownOption(rawName: string, command: Command, table: OptionTable): UsageError {
  const close = suggestions(rawName.replace(/^-+/, ''), Object.keys(table));
  return new UsageError(
    `\`ekiden ${command.name}\` takes no option \`${rawName}\``,
    close.length > 0
      ? close.map((name) => `did you mean \`--${name}\`?`)
      : [`\`ekiden ${command.name} --help\` tells what it takes`],
  );
}

function checkArguments(command: Command, words: readonly string[]): void {
  const specs = command.arguments ?? [];
  const missing = specs.find((spec, index) => spec.optional === undefined && index >= words.length);
  const usage = [`usage: ekiden ${usageOf(command)}`, `\`ekiden ${command.name} --help\` has examples`];
  if (missing !== undefined) throw new UsageError(`${missing.name} is missing`, usage);
  if (specs.at(-1)?.repeated !== true && words.length > specs.length) {
    throw new UsageError(`what is \`${words[specs.length]}\`?`, usage);
  }
}

/** A command with its arguments: `app scale ID INSTANCES [options]`. */
export function usageOf({ name, arguments: specs = [] }: Command): string {
  return [name, ...specs.map(argumentText), '[options]'].join(' ');
}

function argumentText({ name, optional, repeated }: ArgumentSpec): string {
  const text = repeated === true ? `${name}...` : name;
  return optional === true ? `[${text}]` : text;
}

function nodeOptions(table: OptionTable) {
  return Object.fromEntries(
    Object.entries(table).map(([name, { value, short }]) => [
      name,
      {
        type: value === undefined ? ('boolean' as const) : ('string' as const),
        multiple: true,
        ...(short === undefined ? {} : { short }),
      },
    ]),
  );
}
