import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { documentation } from './command-line/documentation.js';
import { parseCommandLine } from './command-line/parse.js';
import { COMMANDS } from './commands/commands.js';

const PAGE = new URL('../../../docs/cli.md', import.meta.url);

const MARK = '<!-- reference -->\n\n';

/** With UPDATE_DOCS=1 in the environment the page is written anew. */
test('docs/cli.md lists every command as it is', () => {
  const page = readFileSync(PAGE, 'utf8');
  const [words] = page.split(MARK);
  const wanted = `${words}${MARK}${documentation(COMMANDS)}`;
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(PAGE, wanted);
  expect(readFileSync(PAGE, 'utf8')).toBe(wanted);
});

test.each(COMMANDS.flatMap(({ name, examples }) => examples.map((example) => [example, name])))(
  'the example `ekiden %s` is understood',
  (example, name) => {
    const line = example.replace(/ [|<>] .*$/, '');
    const words = [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
      ([, double, single, plain]) => double ?? single ?? plain ?? '',
    );
    const parsed = parseCommandLine(words, COMMANDS);
    expect(parsed).toMatchObject({ kind: 'run', command: { name } });
  },
);
