import * as fc from 'fast-check';
import { expect } from 'vitest';
import { fuzz } from '../../../test/support/fuzz/fuzz.js';
import { anyText, nearly, PROTOTYPE_KEYS, textOf } from '../../../test/support/fuzz/texts.js';
import { readCommandLine } from './command-line.js';
import { FLAGS } from './flags.js';

const name = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...Object.keys(FLAGS)) },
  { weight: 1, arbitrary: fc.constantFrom(...PROTOTYPE_KEYS) },
  { weight: 1, arbitrary: anyText(10) },
);

const value = fc.oneof(
  fc.constantFrom(
    'all',
    'master',
    'agent',
    '0',
    '3',
    '-1',
    '65536',
    '10secs',
    '5mins',
    '1.5hrs',
    'zk://h:1/m',
    'true',
  ),
  textOf([
    'cpus',
    'mem',
    ':',
    ';',
    '4',
    '|',
    '[',
    '1-2',
    ']',
    '{',
    '}',
    'region',
    'zone',
    '/',
    ',',
    '=',
    'a',
  ]),
  nearly(
    'cpus:4;mem:1024|cpus:8',
    'rack:a;os:b|rack:c',
    'region-1/zone-a',
    'h1:5050,h2:5050',
    '/tmp/x',
    'principal=secret',
  ),
  anyText(),
);

const argument = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(name, value).map(([flag, text]) => [`--${flag}=${text}`]) },
  { weight: 2, arbitrary: fc.tuple(name, value).map(([flag, text]) => [`--${flag}`, text]) },
  { weight: 1, arbitrary: anyText().map((text) => [text]) },
);

fuzz(
  'a command line starts a cluster, or says all that is wrong with it',
  { input: fc.array(argument, { maxLength: 5 }), runs: 500 },
  (given) => {
    const read = readCommandLine(given.flat(), (path) => {
      if (path.length % 2 === 0) throw new Error('no such file');
      return '{"credentials":[{"principal":"a","secret":"b"}]}';
    });
    if (read.ok) return;
    expect(read.problems.length).toBeGreaterThan(0);
    for (const problem of read.problems) expect(typeof problem).toBe('string');
  },
);
