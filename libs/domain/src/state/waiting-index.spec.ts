import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anApp, aWaiting } from '../launching/app.fixture.js';
import { WaitingIndex } from './waiting-index.js';

const newer = '2026-02-02T00:00:00.000Z';
const APPS = [
  anApp({ id: '/a', role: 'dev' }),
  anApp({ id: '/a', role: 'dev', version: newer }),
  anApp({ id: '/a', role: 'web' }),
  anApp({ id: '/b', role: 'dev' }),
];

const heads = (index: WaitingIndex, role: string) =>
  index.ofRole(role).map(({ appId, groups }) => [appId, ...groups.map(({ head }) => head)]);

describe('WaitingIndex', () => {
  it('shows the first comer of each version, by app and role', () => {
    const index = new WaitingIndex();
    const [first, second, updated] = [aWaiting(APPS[0]!, 1), aWaiting(APPS[0]!, 2), aWaiting(APPS[1]!, 3)];
    for (const instance of [first, second, updated, aWaiting(APPS[2]!, 4)]) index.add(instance);
    expect(heads(index, 'dev')).toEqual([['/a', 'a.instance-1', 'a.instance-3']]);
    expect(heads(index, 'web')).toEqual([['/a', 'a.instance-4']]);
    expect(index.countOf('/a')).toBe(4);
    index.remove(first);
    index.remove(updated);
    expect(heads(index, 'dev')).toEqual([['/a', 'a.instance-2']]);
    index.remove(second);
    index.add(first);
    expect(heads(index, 'dev')).toEqual([['/a', 'a.instance-1']]);
  });

  it('knows who waits after any changes, whoever looked at it in between', () => {
    const change = fc.record({
      app: fc.nat(APPS.length - 1),
      n: fc.nat(5),
      joins: fc.boolean(),
      look: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
        const index = new WaitingIndex();
        const waiting = new Map<string, { app: number; id: string }>();
        for (const { app, n, joins, look } of changes) {
          const instance = aWaiting(APPS[app]!, `${app}-${n}`);
          if (joins === waiting.has(instance.id)) continue;
          if (joins) index.add(instance);
          else index.remove(instance);
          if (joins) waiting.set(instance.id, { app, id: instance.id });
          else waiting.delete(instance.id);
          if (look) allHeads(index);
        }
        expect(allHeads(index)).toEqual(firstOf([...waiting.values()]));
        expect(index.idsOf('/b')).toEqual(
          [...waiting.values()].filter(({ app }) => app === 3).map(({ id }) => id),
        );
        expect(index.has('/a')).toBe([...waiting.values()].some(({ app }) => app < 3));
      }),
    );
  });
});

const byText = (a = '', b = ''): number => a.localeCompare(b);

const allHeads = (index: WaitingIndex) =>
  ['dev', 'web'].flatMap((role) => heads(index, role).flatMap(([, ...ids]) => ids)).toSorted(byText);

const firstOf = (waiting: readonly { app: number; id: string }[]) =>
  APPS.flatMap((_, app) => waiting.find((instance) => instance.app === app)?.id ?? []).toSorted(byText);
