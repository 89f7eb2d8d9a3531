import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  formatResources,
  formatValue,
  parseResources,
  rangesResource,
  scalarResource,
  setResource,
} from './text-form.js';

describe('text form of resources', () => {
  const text = 'cpus:4;mem:8192;ports:[31000-31999,32010-32020];disk(ekiden):1024;tags:{a,b}';

  it('is read and written', () => {
    const parsed = parseResources(text);
    expect(parsed).toEqual({
      ok: true,
      resources: [
        scalarResource('cpus', 4),
        scalarResource('mem', 8192),
        rangesResource('ports', [
          { begin: 31000, end: 31999 },
          { begin: 32010, end: 32020 },
        ]),
        { ...scalarResource('disk', 1024), reservations: [{ type: 'STATIC', role: 'ekiden' }] },
        setResource('tags', ['a', 'b']),
      ],
    });
    expect(formatResources(parsed.ok ? parsed.resources : [])).toBe(text);
  });

  it('may have blanks, a role of *, and gaps', () => {
    const parsed = parseResources(' cpus(*) : 0.5 ; ; ports : [ 1 - 2 , 3-4 ] ');
    expect(parsed).toEqual({
      ok: true,
      resources: [scalarResource('cpus', 0.5), rangesResource('ports', [{ begin: 1, end: 4 }])],
    });
    expect(parseResources('')).toEqual({ ok: true, resources: [] });
  });

  it('may be JSON', () => {
    const resources = [scalarResource('cpus', 2)];
    expect(parseResources(JSON.stringify(resources))).toEqual({ ok: true, resources });
  });

  it.each([
    ['cpus', "resource 'cpus' is invalid: expected name:value or name(role):value"],
    [':4', "resource ':4' is invalid: expected name:value or name(role):value"],
    ['cpus:many', "resource 'cpus:many' is invalid: 'many' is not a number, [ranges] or {set}"],
    ['cpus:-1', "resource 'cpus:-1' is invalid: Invalid scalar resource: value <= 0"],
    ['cpus:0.0004', "resource 'cpus:0.0004' is invalid: Invalid scalar resource: value <= 0"],
    [
      'gpus:1.5',
      "resource 'gpus:1.5' is invalid: Invalid 'gpus' resource: The 'gpus' resource must be an unsigned integer",
    ],
    ['ports:[5-4]', "resource 'ports:[5-4]' is invalid: Invalid ranges resource: begin > end"],
    ['ports:[1-5,5-6]', "resource 'ports:[1-5,5-6]' is invalid: Invalid ranges resource: overlapping ranges"],
    ['ports:[80]', "resource 'ports:[80]' is invalid: '80' is not a range begin-end"],
    ['tags:{a,a}', "resource 'tags:{a,a}' is invalid: Invalid set resource: duplicated elements"],
    [
      'cpus(a b):1',
      "resource 'cpus(a b):1' is invalid: role 'a b' contains white space or a control character",
    ],
    ['[{"name":"cpus"}]', 'resource \'{"name":"cpus"}\' is invalid: Unsupported resource type'],
  ])('refuses %s', (written, error) => {
    expect(parseResources(written)).toEqual({ ok: false, error });
  });

  it('survives a round trip', () => {
    const name = fc.constantFrom('cpus', 'mem', 'ports', 'custom');
    const resource = fc.oneof(
      fc
        .tuple(name, fc.integer({ min: 1, max: 10_000_000 }))
        .map(([key, value]) => scalarResource(key, value / 1000)),
      fc
        .tuple(name, fc.nat(1000), fc.nat(50))
        .map(([key, begin, length]) => rangesResource(key, [{ begin, end: begin + length }])),
      fc
        .tuple(name, fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { minLength: 1 }))
        .map(([key, items]) => setResource(key, items)),
    );
    fc.assert(
      fc.property(fc.array(resource), (resources) => {
        expect(parseResources(formatResources(resources))).toEqual({ ok: true, resources });
      }),
    );
  });

  it('shows values as the state of the master does', () => {
    expect(formatValue(scalarResource('cpus', 1.5))).toBe('1.5');
    expect(formatValue(rangesResource('ports', [{ begin: 1, end: 2 }]))).toBe('[1-2]');
    expect(formatValue(setResource('tags', ['a', 'b']))).toBe('{a, b}');
  });
});
