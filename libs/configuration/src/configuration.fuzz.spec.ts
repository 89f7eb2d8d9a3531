import * as fc from 'fast-check';
import { describe, expect } from 'vitest';
import { fuzz } from '../../../test/support/fuzz/fuzz.js';
import { anyJson } from '../../../test/support/fuzz/json.js';
import { anyText, longText, nearly, PROTOTYPE_KEYS, textOf } from '../../../test/support/fuzz/texts.js';
import { knownNames } from './flags/catalogue.js';
import { load, type Sources } from './load-configuration.fixture.js';
import { masterType } from './values/master-address.js';
import { settingLines } from './resolve/settings-report.js';

const name = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...knownNames()) },
  { weight: 1, arbitrary: fc.constantFrom(...PROTOTYPE_KEYS) },
  { weight: 1, arbitrary: anyText(12) },
);

const master = fc.oneof(
  textOf(['local://', 'zk://', 'http://', 'https://', 'h:1', ',', '/', '?', 'agents=3', '&', 'resources=cpus:1', '@', 'u:p', ';', '[', '::1', ']', '%', 'attributes=a:b|c:d']), // prettier-ignore
  nearly(
    'zk://u:p@h1:2181,h2:2181/mesos',
    'local://?agents=6&resources=cpus:4;mem:4096',
    'http://m1:5050,m2:5050',
  ),
);

const value = fc.oneof(
  fc.constantFrom('0', '1', '-1', '65536', '1.5', '5000', 'true', 'false', 'kafka://b1,b2/t', 'sqlite', 'a,b', '127.0.0.1', '::1', '10.0.0.0/8', 'http://h/', 'user:pw', 'vips,gpu_resources', '2weeks', '10secs', '1e9'), // prettier-ignore
  master,
  anyText(),
);

const flag = fc
  .tuple(name, value, fc.constantFrom('equals', 'next', 'bare', 'hyphens'))
  .map(([flagName, text, form]) =>
    form === 'bare'
      ? [`--${flagName}`]
      : form === 'next'
        ? [`--${flagName}`, text]
        : [`--${form === 'hyphens' ? flagName.replaceAll('_', '-') : flagName}=${text}`],
  );

const sources: fc.Arbitrary<Sources> = fc.record({
  argv: fc.array(fc.oneof({ weight: 8, arbitrary: flag }, { weight: 1, arbitrary: anyText().map((text) => [text]) }), { maxLength: 5 }).map((flags) => ['--config', 'c.json', ...flags.flat()]), // prettier-ignore
  env: fc
    .array(fc.tuple(fc.constantFrom('EKIDEN_', 'MARATHON_', 'MARATHON_APP_', ''), name, value), {
      maxLength: 4,
    })
    .map((entries) =>
      Object.fromEntries(entries.map(([prefix, key, text]) => [prefix + key.toUpperCase(), text])),
    ),
  files: fc.record({
    'c.json': fc.oneof(
      fc
        .dictionary(name, fc.oneof(value, fc.integer(), fc.boolean(), anyJson), { maxKeys: 4 })
        .map((json) => JSON.stringify(json)),
      anyJson.map((json) => JSON.stringify(json)),
      anyText(),
    ),
  }),
});

describe('settings of all sources', () => {
  fuzz('load, or every problem is said in a line of its own', { input: sources, runs: 500 }, (given) => {
    const result = load(given);
    if (!result.ok) {
      expect(result.exitCode).toBe(112);
      expect(result.messages.length).toBeGreaterThan(0);
      for (const message of [...result.messages, ...result.warnings]) expect(typeof message).toBe('string');
    } else if ('configuration' in result) settingLines(result.settings);
  });

  fuzz(
    'may be long',
    { input: fc.tuple(name, longText(100_000, { begins: ['zk://', 'http://h,', 'local://?'] })), runs: 60 },
    ([flagName, text]) => {
      // No argument of a process may be longer than 128 KiB; half pairs in host names take the URL parser seconds.
      const argument = text.replaceAll('\uD800', 'x');
      load({ argv: [`--${flagName}=${argument}`] });
      load({ argv: [`--${argument}`, argument] });
      load({ env: { [`EKIDEN_${flagName.toUpperCase()}`]: argument } });
    },
  );
});

fuzz('an address of masters is understood or not', { input: master, runs: 500 }, (text) => {
  const parsed = masterType.parse(text);
  expect(typeof parsed.ok).toBe('boolean');
  if (parsed.ok) expect(JSON.stringify(masterType.show?.(parsed.value) ?? '')).not.toContain('://u:p@');
});
