import { expect, it } from 'vitest';
import { parseResources, type Resource } from '#mesos';
import { ResourceTotals } from './resource-totals.js';

function resources(text: string): Resource[] {
  const parsed = parseResources(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.resources;
}

it.each([
  { name: 'nothing', texts: [], view: { cpus: 0, gpus: 0, mem: 0, disk: 0 } },
  {
    name: 'scalars, without the errors of doubles',
    texts: ['cpus:0.1;mem:1', 'cpus:0.2;licenses:3'],
    view: { cpus: 0.3, gpus: 0, mem: 1, disk: 0, licenses: 3 },
  },
  {
    name: 'ranges and sets, as one list each',
    texts: ['ports:[1-2,4-4];tags:{a,b}', 'ports:[5-6]', 'tags:{c}'],
    view: { cpus: 0, gpus: 0, mem: 0, disk: 0, ports: '[1-2, 4-4, 5-6]', tags: '{a, b, c}' },
  },
])('adds up $name', ({ texts, view }) => {
  const totals = new ResourceTotals();
  for (const text of texts) totals.add(resources(text));
  expect(totals.view()).toEqual(view);
});

it('gives the sum of two, and leaves both as they were', () => {
  const [one, other] = ['cpus:1;ports:[1-2]', 'cpus:2;ports:[5-6]'].map((text) =>
    new ResourceTotals().add(resources(text)),
  );
  expect(one!.plus(other!).view()).toEqual({ cpus: 3, gpus: 0, mem: 0, disk: 0, ports: '[1-2, 5-6]' });
  expect(one!.view()).toEqual({ cpus: 1, gpus: 0, mem: 0, disk: 0, ports: '[1-2]' });
  expect(other!.view()).toEqual({ cpus: 2, gpus: 0, mem: 0, disk: 0, ports: '[5-6]' });
});
