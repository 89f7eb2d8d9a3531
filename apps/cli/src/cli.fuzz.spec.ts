import * as fc from 'fast-check';
import { describe, expect } from 'vitest';
import { inPieces } from '../../../test/support/fuzz/bytes.js';
import { fuzz } from '../../../test/support/fuzz/fuzz.js';
import { mutated, type Json } from '../../../test/support/fuzz/json.js';
import { APPS } from '../../../test/support/fuzz/definitions.js';
import { anyText, longText, nearly, PROTOTYPE_KEYS, textOf } from '../../../test/support/fuzz/texts.js';
import { run } from './cli.fixture.js';
import { parseCommandLine } from './command-line/parse.js';
import { COMMANDS } from './commands/commands.js';
import { assignmentOf, withAssignment } from './definition/set-path.js';
import { UsageError } from './errors.js';
import { serverSentEvents } from './http/server-sent-events.js';
import { whenOf } from './when.js';

const EXIT_CODES = [0, 1, 2, 3, 4, 5, 6, 7, 130];

/** What a refusal of the command line is. */
function orUsageError<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return undefined;
  }
}

const words = COMMANDS.flatMap(({ name, options }) => [
  ...name.split(' '),
  ...Object.keys(options ?? {}).map((option) => `--${option}`),
]);
const word = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...new Set(words)) },
  { weight: 1, arbitrary: fc.constantFrom(...PROTOTYPE_KEYS.map((key) => `--${key}`)) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '/a',
      '-',
      '--',
      '3',
      '--json',
      '-h',
      '--at=1',
      'a=b',
      '--set',
      'x.json',
      '-x',
    ),
  },
  { weight: 1, arbitrary: anyText() },
);

describe('a command line', () => {
  fuzz(
    'is understood, or the error says how it is meant',
    { input: fc.array(word, { maxLength: 6 }), runs: 800 },
    (argv) => {
      orUsageError(() => parseCommandLine(argv, COMMANDS));
    },
  );

  fuzz(
    'never ends in an exception',
    { input: fc.array(word, { maxLength: 5 }), runs: 60, cpuMs: 3000 },
    async (argv) => {
      const ran = await run(['--url', 'http://127.0.0.1:1', ...argv], {
        env: { EKIDEN_URL: 'http://127.0.0.1:1' },
        stdin: '{}',
      });
      expect(EXIT_CODES).toContain(ran.exitCode);
      expect(ran.stderr).not.toMatch(/TypeError|RangeError|at .*\.ts:/);
    },
  );
});

describe('--set', () => {
  const path = textOf(
    [
      'instances',
      'env',
      'labels',
      'container',
      'docker',
      '.',
      '/',
      '~1',
      '~0',
      '0',
      '-',
      '__proto__',
      'constructor',
      'a b',
    ],
    7,
  );
  const assignment = fc
    .tuple(path, fc.oneof(anyText(), fc.constantFrom('null', '3', '[1]', '{"a":1}', 'x')))
    .map((sides) => sides.join('='));

  fuzz(
    'sets what it says, or says why it cannot',
    { input: fc.tuple(mutated(APPS), assignment), runs: 800 },
    ([app, text]) => {
      const base = (typeof app === 'object' && app !== null && !Array.isArray(app) ? app : {}) as {
        readonly [key: string]: Json;
      };
      const before = JSON.stringify(base);
      const set = orUsageError(() => assignmentOf(text));
      if (set === undefined) return;
      const result = orUsageError(() => withAssignment(base, set));
      expect(JSON.stringify(base)).toBe(before);
      if (result === undefined || set.value === null) return;
      let found: unknown = result;
      for (const name of set.path) {
        expect(Object.hasOwn(found as object, name) || name === '-').toBe(true);
        found =
          name === '-' && Array.isArray(found) ? found.at(-1) : (found as Record<string, unknown>)[name];
      }
      expect(found).toEqual(set.value);
    },
  );
});

fuzz(
  'a time is a position, a time or an error',
  {
    input: fc.oneof(
      nearly('8h', '3.5d ago', '2026-11-22 23:00', '2026-11-22T23:00:00Z', '1234'),
      anyText(),
      longText(100_000),
    ),
    runs: 500,
  },
  (text) => {
    orUsageError(() => expect(typeof whenOf(text, 1_700_000_000_000)).toBe('string'));
  },
);

describe('an event stream', () => {
  const STREAM =
    'id: 7\r\nevent: status_update_event\r\ndata: {"a":1}\r\ndata: more\r\n\r\n: comment\r\n\r\n';
  const pieces = inPieces(
    fc.oneof(nearly(STREAM, STREAM + STREAM), anyText()).map((text) => Buffer.from(text)),
  );

  fuzz('gives frames, however it is cut', { input: pieces, runs: 400 }, async (chunks) => {
    const body = (async function* () {
      yield* chunks;
    })();
    for await (const { data, event } of serverSentEvents(body))
      expect([typeof data, typeof event]).toEqual(['string', 'string']);
  });

  fuzz('may have a line of a megabyte', { input: longText(1 << 20), runs: 20 }, async (text) => {
    const bytes = Buffer.from(`data: ${text}\n\n`);
    const body = (async function* () {
      for (let at = 0; at < bytes.length; at += 1024) yield bytes.subarray(at, at + 1024);
    })();
    for await (const { data } of serverSentEvents(body)) expect(typeof data).toBe('string');
  });
});
