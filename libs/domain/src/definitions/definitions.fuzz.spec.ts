import * as fc from 'fast-check';
import { describe, expect } from 'vitest';
import { APPS, GROUPS, UPDATES } from '../../../../test/support/fuzz/definitions.js';
import { fuzz } from '../../../../test/support/fuzz/fuzz.js';
import { anyJson, mutated, nested, type Json } from '../../../../test/support/fuzz/json.js';
import { anyText, longText, nearly, textOf } from '../../../../test/support/fuzz/texts.js';
import { canonicalPath, isPathSegment, isSubmittedId } from '../ids/path-id.js';
import { parseInstanceId, parseTaskId } from '../ids/instance-id.js';
import { formatTimestamp, parseTimestamp } from '../time/timestamp.js';
import type { AppDefinition, UnversionedApp } from './app/app-definition.js';
import { mergeAppUpdate, parseAppUpdate } from './app/app-update.js';
import { withPortIndex } from './app/canonical-form.js';
import { contextWith, parse, printOf, T0 } from './app/definitions.fixture.js';
import { parseLabelSelector } from './app/label-selector.js';
import { unsupportedFields } from './app/unsupported.js';
import { parseGroup, parseGroupPatch } from './group/parse-group.js';
import { compileJavaRegex } from './java-regex.js';
import { describeJsonError } from './json/json-error.js';
import type { Rejection, Result } from './result.js';
import { isUri, namesArchive } from './uri.js';

const LONG = 1 << 20;

const SURROUNDINGS = [
  {},
  {
    mesosRole: 'prod',
    defaultNetworkName: 'n',
    features: ['secrets', 'external_volumes', 'gpu_resources', 'task_killing', 'vips'],
    groups: { '/shop': true },
    force: true,
  },
] as const;
const surroundings = fc.constantFrom(...SURROUNDINGS);

/** A refusal in the form of `spec/definitions.md` §2.2, of a size that can be sent. */
function expectRejection(result: Result<unknown>): void {
  if (result.ok) return;
  const { status, message, details } = result.error satisfies Rejection;
  expect(status).toBe(422);
  expect(typeof message).toBe('string');
  if (details === undefined) return;
  expect(details.length).toBeGreaterThan(0);
  for (const { path, errors } of details) {
    expect(typeof path).toBe('string');
    expect(errors.length).toBeGreaterThan(0);
    for (const error of errors) expect(typeof error).toBe('string');
  }
}

const versioned = (app: object): AppDefinition =>
  ({ ...app, version: T0, versionInfo: { lastScalingAt: T0, lastConfigChangeAt: T0 } }) as AppDefinition;

/** As it would come back over the wire. */
const sent = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json;

/**
 * An app as it stands when its own definition is sent again: with the ports that it was given it no longer leaves open which
 * of them a check means (`spec/definitions.md` §10.1).
 */
const resent = (app: UnversionedApp): Json =>
  sent({ ...app, healthChecks: app.healthChecks.map(withPortIndex) });

describe('an app definition', () => {
  fuzz(
    'is refused in the form of the contract, or reads back as it was printed',
    { input: fc.tuple(mutated(APPS), surroundings), runs: 1000 },
    ([json, where]) => {
      const result = parse(json, where);
      expectRejection(result);
      if (!result.ok) return;
      unsupportedFields(result.value);
      const app = versioned(result.value);
      const again = parse(sent(printOf(app)), where);
      if (!again.ok) throw new Error(`refused when sent again: ${JSON.stringify(again.error)}`);
      expect(resent(again.value)).toEqual(resent(result.value));
    },
  );

  fuzz('may be any JSON value', { input: anyJson, runs: 500 }, (json) => {
    expectRejection(parse(json));
    expectRejection(parse(json, {}, { urlId: '/a' }));
    expectRejection(parseAppUpdate(json, contextWith()));
    expectRejection(parseGroup(json, contextWith()));
    expectRejection(parseGroupPatch(json, contextWith({ basePath: '/a' })));
  });

  fuzz(
    'may hold the same thing a thousand times',
    { input: fc.tuple(mutated(APPS), fc.nat(100), fc.integer({ min: 1, max: 1000 })), runs: 60 },
    ([json, member, times]) => {
      const entries = Object.entries(json ?? {}).map(([key, value], index) => [
        key,
        index !== member % 30 || typeof value !== 'object' || value === null
          ? value
          : Array.isArray(value)
            ? Array.from({ length: times }, () => value as Json[]).flat()
            : Object.fromEntries(Array.from({ length: times }, (_, at) => [`k${at}`, value as Json])),
      ]);
      expectRejection(parse(Object.fromEntries(entries)));
    },
  );

  fuzz(
    'may hold one text of a megabyte, or be nested as deep as a body may be',
    {
      input: fc.tuple(
        mutated(APPS, 0),
        fc.nat(1000),
        fc.oneof(longText(LONG), fc.constant(nested('x', 500))),
      ),
      runs: 60,
    },
    ([json, at, value]) => {
      const names = Object.keys(json ?? {});
      const name = names[at % names.length]!;
      expectRejection(parse({ ...(json as object), [name]: value }));
      expectRejection(parse({ ...(json as object), [name]: [value] }));
      expectRejection(parse({ ...(json as object), constraints: [['a', 'LIKE', value]] }));
      expectRejection(parse({ ...(json as object), env: { [String(value).slice(0, LONG)]: value } }));
    },
  );
});

fuzz(
  'an update is refused in the form of the contract, or merges into what is refused so or reads back',
  { input: fc.tuple(mutated([...UPDATES, ...APPS]), mutated(APPS, 1), surroundings), runs: 500 },
  ([json, base, where]) => {
    const context = contextWith(where);
    const update = parseAppUpdate(json, context);
    expectRejection(update);
    const before = parse(base, where);
    if (!update.ok || update.value.kind !== 'merge' || !before.ok) return;
    const merged = mergeAppUpdate(versioned(before.value), update.value.fields, context);
    expectRejection(merged);
    if (!merged.ok) return;
    const again = parse(sent(printOf(versioned(merged.value))), where);
    if (!again.ok) throw new Error(`refused when sent again: ${JSON.stringify(again.error)}`);
    expect(resent(again.value)).toEqual(resent(merged.value));
  },
);

fuzz(
  'a group is accepted or refused in the form of the contract',
  { input: fc.tuple(mutated(GROUPS, 5), surroundings), runs: 500 },
  ([json, where]) => {
    expectRejection(parseGroup(json, contextWith({ ...where, basePath: '/' })));
    expectRejection(parseGroupPatch(json, contextWith({ ...where, basePath: '/shop' })));
  },
);

describe('a label selector', () => {
  const selector = fc.oneof(
    textOf(['a', 'team', '==', '!=', ' in ', ' notin ', '(', ')', ',', ' ', '\\', 'b', '.', '-']),
    nearly('team==a', 'a in (b, c), d notin (e)', 'x, y!=z', 'a\\ b == c'),
    anyText(),
  );
  const labels = fc.dictionary(anyText(6), anyText(6), { maxKeys: 3 });

  fuzz('selects, or says why not', { input: fc.tuple(selector, labels), runs: 500 }, ([text, set]) => {
    const result = parseLabelSelector(text);
    expect(result.ok ? typeof result.value(set) : typeof result.error).toBe(result.ok ? 'boolean' : 'string');
  });

  fuzz('may be long', { input: longText(LONG, { begins: ['a==', 'a in ('] }), runs: 60 }, (text) => {
    parseLabelSelector(text);
  });
});

describe('an expression of a constraint', () => {
  const expression = fc.oneof(
    textOf(['a', '.', '*', '+', '?', '(', ')', '[', ']', '^', '$', '|', '\\', '{2}', '{1000}', '&&', '(?>', '(?<x>', '\\Q', '\\E', '\\p{', '}', 'Lower', '[a-z]', '\\d', '\\R', '*+']), // prettier-ignore
    nearly('(a+)+$', '[a-z&&[^b]]', '\\p{Alpha}+', '(?<=a)b', '^(?:a|aa)*$', '\\Qa.b\\E'),
    anyText(),
  );

  fuzz(
    'matches in linear time, or is none',
    { input: fc.tuple(expression, fc.oneof(anyText(), longText(20_000))), runs: 400 },
    ([source, text]) => {
      expect([undefined, true, false]).toContain(compileJavaRegex(source)?.test(text));
    },
  );

  fuzz('may be long', { input: longText(30_000), runs: 60 }, (source) => {
    compileJavaRegex(source)?.test('aaaa');
  });
});

describe('small texts within definitions', () => {
  const small = fc.oneof(
    anyText(60),
    longText(LONG),
    nearly(
      '/shop/db.cart-1',
      'shop_db.instance-1b2c3d4e-8df4-11ea-9c1e-02420a000001._app.3',
      'shop_db.marathon-1b2c3d4e-8df4-11ea-9c1e-02420a000001.web',
      'shop.1b2c3d4e-8df4-11ea-9c1e-02420a000001.7',
      '2020-05-04T10:00:00.000+02:00',
      'https://u@h:1/p?q#f',
    ),
  );

  fuzz('are read in time that grows with their length', { input: small, runs: 500 }, (text) => {
    const path = canonicalPath(text, '/base');
    expect(canonicalPath(path)).toBe(path);
    isPathSegment(text);
    if (isSubmittedId(text)) expect(canonicalPath(text).startsWith('/')).toBe(true);
    isUri(text);
    namesArchive(text);
    parseInstanceId(text);
    parseTaskId(text);
    const timeMs = parseTimestamp(text);
    if (timeMs !== undefined) expect(parseTimestamp(formatTimestamp(timeMs))).toBe(timeMs);
  });

  fuzz(
    'that are no JSON are explained',
    {
      input: fc.oneof(nearly(...APPS.map((app) => JSON.stringify(app))), anyText(), longText(LONG)),
      runs: 300,
    },
    (text) => {
      let isJson = true;
      try {
        JSON.parse(text);
      } catch {
        isJson = false;
      }
      expect(describeJsonError(text) === 'the text is valid JSON').toBe(isJson);
    },
  );
});
