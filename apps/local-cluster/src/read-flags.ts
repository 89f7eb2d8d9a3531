import { FLAGS, type FlagName, type FlagRow } from './flags.js';

/** Flags that were given, with their texts; a switch has an empty one. */
export type GivenFlags = ReadonlyMap<FlagName, string>;

/** Takes the arguments apart; what cannot be understood is added to `problems`. */
export function readFlags(argv: readonly string[], problems: string[]): GivenFlags {
  const given = new Map<FlagName, string>();
  for (let index = 0; index < argv.length; index += 1) {
    const argument = argv[index]!;
    const [, written = '', text] = /^--([^=]+)(?:=([\s\S]*))?$/.exec(argument) ?? [];
    const name = written.replaceAll('-', '_');
    if (!isFlag(name)) {
      problems.push(`\`${argument.split('=')[0]}\` is no flag of this program`);
      continue;
    }
    if (given.has(name)) problems.push(`\`--${name}\` is given twice`);
    const isSwitch = (FLAGS[name] as FlagRow).placeholder === undefined;
    if (isSwitch) {
      if (text !== undefined) problems.push(`\`--${name}\` takes no value`);
      given.set(name, '');
      continue;
    }
    const value = text ?? argv[(index += 1)];
    if (value === undefined || (text === undefined && value.startsWith('--'))) {
      problems.push(`\`--${name}\` needs a value`);
      if (value !== undefined) index -= 1;
    } else given.set(name, value);
  }
  return given;
}

const isFlag = (name: string): name is FlagName => Object.hasOwn(FLAGS, name);
