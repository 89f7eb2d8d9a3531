import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Instance } from '../instances/instance.js';
import { anApp, aWaiting } from '../launching/app.fixture.js';
import { InstanceIndex } from './instance-index.js';

const newer = '2026-02-02T00:00:00.000Z';
const APPS = [
  anApp({ id: '/a', role: 'dev' }),
  anApp({ id: '/a', role: 'dev', version: newer }),
  anApp({ id: '/a', role: 'web' }),
  anApp({ id: '/b', role: 'dev' }),
];

const heads = (index: InstanceIndex, role: string) =>
  index.waiting.ofRole(role).map(({ appId, groups }) => [appId, ...groups.map(({ head }) => head?.id)]);

describe('the launch queue', () => {
  it('shows the first comer of each version, by app and role', () => {
    const index = new InstanceIndex();
    const [first, second, updated] = [aWaiting(APPS[0]!, 1), aWaiting(APPS[0]!, 2), aWaiting(APPS[1]!, 3)];
    for (const instance of [first, second, updated, aWaiting(APPS[2]!, 4)]) index.put(instance);
    expect(heads(index, 'dev')).toEqual([['/a', 'a.instance-1', 'a.instance-3']]);
    expect(heads(index, 'web')).toEqual([['/a', 'a.instance-4']]);
    expect(index.waitingOf('/a')).toHaveLength(4);
    index.remove(first.id);
    index.remove(updated.id);
    expect(heads(index, 'dev')).toEqual([['/a', 'a.instance-2']]);
    index.remove(second.id);
    index.put(first);
    expect(heads(index, 'dev')).toEqual([['/a', 'a.instance-1']]);
  });

  it('knows who waits after any changes, whoever looked at it in between', () => {
    const change = fc.record({
      app: fc.nat(APPS.length - 1),
      n: fc.nat(5),
      kind: fc.constantFrom('joins', 'leaves', 'changes'),
      look: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
        const index = new InstanceIndex();
        const waiting = new Map<string, Instance>();
        for (const [time, { app, n, kind, look }] of changes.entries()) {
          const instance = aWaiting(APPS[app]!, `${app}-${n}`, { sinceMs: time });
          const before = waiting.get(instance.id);
          if ((kind === 'joins') === (before !== undefined)) continue;
          if (kind === 'leaves') index.remove(instance.id);
          else index.put(instance);
          if (kind === 'leaves') waiting.delete(instance.id);
          else waiting.set(instance.id, instance);
          if (look) allHeads(index);
        }
        expect(allHeads(index)).toEqual(firstOf([...waiting.values()]));
        expect(index.waitingOf('/b')).toEqual([...waiting.values()].filter(({ appId }) => appId === '/b'));
      }),
    );
  });

  it('moves an instance that is to run another version behind those that wait for it', () => {
    const index = new InstanceIndex();
    const [first, second, updated] = [aWaiting(APPS[0]!, 1), aWaiting(APPS[0]!, 2), aWaiting(APPS[1]!, 3)];
    for (const instance of [first, second, updated]) index.put(instance);
    index.put({ ...first, app: APPS[1]! });
    expect(heads(index, 'dev')).toEqual([['/a', 'a.instance-2', 'a.instance-3']]);
    index.remove(second.id);
    index.remove(updated.id);
    expect(heads(index, 'dev')).toEqual([['/a', 'a.instance-1']]);
  });
});

const headsOf = (index: InstanceIndex) =>
  ['dev', 'web'].flatMap((role) =>
    index.waiting.ofRole(role).flatMap(({ groups }) => groups.map(({ head }) => head)),
  );

const byId = (a?: Instance, b?: Instance): number => (a?.id ?? '').localeCompare(b?.id ?? '');

const allHeads = (index: InstanceIndex) => headsOf(index).toSorted(byId);

const firstOf = (waiting: readonly Instance[]) =>
  APPS.flatMap((app) => waiting.find((instance) => instance.app === app) ?? []).toSorted(byId);
