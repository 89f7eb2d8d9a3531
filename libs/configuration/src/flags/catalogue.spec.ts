import { describe, expect, it } from 'vitest';
import { propertyName } from '../configuration.js';
import { flagEntries, SECTIONS } from './catalogue.js';
import { defaultOf } from './flag.js';
import { legacyFlags } from './legacy-flags.js';

const machine = { hostname: 'h', userName: 'u', cpus: 4 };
const rows = [...flagEntries()];

describe('the flag table', () => {
  it.each(rows.map(([name, flag]) => [name, flag] as const))(
    '%s reads what it shows of its default',
    (_, flag) => {
      const value = defaultOf(flag, machine);
      if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) return;
      const shown = flag.type.show(value);
      expect(flag.type.parse(Array.isArray(shown) ? shown.join(',') : String(shown))).toMatchObject({
        ok: true,
        value,
      });
    },
  );

  it('has one section, a description and one property per flag', () => {
    const sectioned = SECTIONS.flatMap(({ names }) => names);
    expect(sectioned.toSorted()).toEqual(rows.map(([name]) => name).toSorted());
    expect(new Set(sectioned).size).toBe(sectioned.length);
    expect(rows.filter(([, flag]) => flag.description === '')).toEqual([]);
    expect(new Set(rows.map(([name, flag]) => propertyName(name, flag.unit))).size).toBe(rows.length);
  });

  it('names existing flags as aliases and as owners of secret files', () => {
    const targets = [
      ...Object.values(legacyFlags).map(({ aliasOf }) => aliasOf),
      ...rows.map(([, flag]) => flag.fileOf),
    ].filter((target) => target !== undefined);
    const names = new Set(rows.map(([name]) => name));
    expect(targets.filter((target) => !names.has(target))).toEqual([]);
  });

  it('tells what to do instead of every refused flag', () => {
    const refused = [...rows.map(([, flag]) => flag), ...Object.values(legacyFlags)].filter(
      ({ treatment }) => treatment === 'refuse',
    );
    expect(refused.every(({ hint }) => hint !== undefined)).toBe(true);
  });
});
