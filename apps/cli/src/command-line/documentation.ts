import { GLOBAL_OPTIONS, type Command, type OptionTable } from './command.js';
import { usageOf } from './parse.js';

/** The reference part of `docs/cli.md`, in Markdown. */
export function documentation(commands: readonly Command[]): string {
  const lines = ['### Options of all commands', '', ...optionRows(GLOBAL_OPTIONS), ''];
  for (const { name, summary, details = [], options = {}, examples, ...rest } of commands) {
    const usage = usageOf({ name, summary, examples, ...rest });
    lines.push(`### ekiden ${name}`, '', `${capital(summary)}.`, '');
    if (details.length > 0) lines.push(details.join(' '), '');
    lines.push('```', `ekiden ${usage}`, '```', '');
    if (Object.keys(options).length > 0) lines.push(...optionRows(options), '');
    lines.push('```sh', ...examples.map((example) => `ekiden ${example}`), '```', '');
  }
  return lines.join('\n');
}

const capital = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;

function optionRows(table: OptionTable): readonly string[] {
  return Object.entries(table).map(([name, { short, value, repeatable, description }]) => {
    const spelled = `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`;
    return `- \`${spelled}\`: ${description}${repeatable === true ? ' (repeatable)' : ''}`;
  });
}
