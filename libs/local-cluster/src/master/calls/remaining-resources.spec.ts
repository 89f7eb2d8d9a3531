import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { addResources, containsResources, parseResources, subtractResources, type Resource } from '#mesos';
import { RemainingResources } from './remaining-resources.js';

function resources(text: string): Resource[] {
  const parsed = parseResources(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.resources;
}

const request = fc
  .record({
    cpus: fc.integer({ min: 1, max: 4000 }),
    begin: fc.integer({ min: 0, max: 40 }),
    length: fc.integer({ min: 0, max: 5 }),
    role: fc.constantFrom('', '(a)'),
    tag: fc.constantFrom('', ';tags:{x}', ';tags:{x,y}'),
  })
  .map(({ cpus, begin, length, role, tag }) =>
    resources(`cpus${role}:${cpus / 1000};ports${role}:[${begin}-${begin + length}]${tag}`),
  );

it('takes exactly what general resource arithmetic would take', () => {
  const whole = resources('cpus:5;cpus(a):3;ports:[0-20,25-40];ports(a):[0-30];tags:{x,y,z};mem:10');
  fc.assert(
    fc.property(fc.array(request, { maxLength: 30 }), (requests) => {
      const remaining = new RemainingResources(whole);
      let expected = addResources(whole);
      for (const required of requests) {
        const isThere = containsResources(expected, required);
        expect(remaining.contains(required)).toBe(isThere);
        if (!isThere) continue;
        remaining.take(required);
        expected = subtractResources(expected, required);
      }
      expect(remaining.toList()).toEqual(expected);
    }),
  );
});
