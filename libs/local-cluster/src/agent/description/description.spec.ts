import { describe, expect, it } from 'vitest';
import { formatResources } from '#mesos';
import type { AgentInfo } from '../../link/messages.js';
import { systemHost, type Host } from '../host.js';
import { findIncompatibility } from './compatibility.js';
import { determineResources } from './detect-resources.js';
import { parseAttributes } from './parse-attributes.js';
import { planAgents } from './plan-agents.js';

const gib = 1024 ** 3;
const hostOf = (memoryGib: number, diskGib: number): Host => ({
  ...systemHost(),
  cpus: 8,
  memoryBytes: memoryGib * gib,
  diskSpace: () => Promise.resolve({ totalBytes: diskGib * gib, usedRatio: 0 }),
});

async function textOf(
  written: string | undefined,
  role = '*',
  share = { index: 0, count: 1 },
  host = hostOf(8, 100),
): Promise<string> {
  const result = await determineResources(written, role, { host, workDir: '/', share });
  return result.ok ? formatResources(result.resources) : result.error;
}

describe('resources of an agent', () => {
  it('are what the machine has, less what it needs itself', async () => {
    expect(await textOf(undefined)).toBe('ports:[31000-32000];cpus:8;mem:7168;disk:97280');
    expect(await textOf(undefined, '*', undefined, hostOf(1, 8))).toBe(
      'ports:[31000-32000];cpus:8;mem:512;disk:4096',
    );
  });

  it('are what is written, completed with what is not', async () => {
    expect(await textOf('cpus:2;gpus:1')).toBe('cpus:2;gpus:1;ports:[31000-32000];mem:7168;disk:97280');
    expect(await textOf('cpus:2;mem:0;disk:1;ports:[1-2]')).toBe('cpus:2;disk:1;ports:[1-2]');
  });

  it('belong to the default role unless they say otherwise', async () => {
    expect(await textOf('cpus(a):2;mem:1;disk:1;ports:[1-2]', 'b')).toBe(
      'cpus(a):2;mem(b):1;disk(b):1;ports(b):[1-2]',
    );
  });

  it('are divided evenly among the agents of a machine, ports into slices that never overlap', async () => {
    const shares = [0, 1, 2].map((index) => textOf(undefined, '*', { index, count: 3 }));
    const texts = await Promise.all(shares);
    expect(texts[0]).toBe('ports:[31000-31332];cpus:2.666;mem:2389;disk:32426');
    expect(texts.map((text) => text.split(';')[0])).toEqual([
      'ports:[31000-31332]',
      'ports:[31333-31665]',
      'ports:[31666-32000]',
    ]);
  });

  it('that make no sense are refused', async () => {
    expect(await textOf('cpus:many')).toContain('Invalid resources');
    const volume =
      '[{"name":"disk","type":"SCALAR","scalar":{"value":1},"reservations":[{"type":"DYNAMIC","role":"r"}]}]';
    expect(await textOf(volume)).toContain("Resource 'disk'");
  });
});

describe('attributes', () => {
  it('are numbers, ranges or texts, split at the first colon', () => {
    expect(parseAttributes('rack:r7;gen:3;range:[1-4, 7-9];url:http://x:1;rack:again')).toEqual({
      ok: true,
      attributes: [
        { name: 'rack', type: 'TEXT', text: { value: 'r7' } },
        { name: 'gen', type: 'SCALAR', scalar: { value: 3 } },
        {
          name: 'range',
          type: 'RANGES',
          ranges: {
            range: [
              { begin: 1, end: 4 },
              { begin: 7, end: 9 },
            ],
          },
        },
        { name: 'url', type: 'TEXT', text: { value: 'http://x:1' } },
        { name: 'rack', type: 'TEXT', text: { value: 'again' } },
      ],
    });
    expect(parseAttributes(undefined)).toEqual({ ok: true, attributes: [] });
    expect(parseAttributes('no-value')).toMatchObject({ ok: false });
  });
});

describe('addresses', () => {
  const machine = { ip: '127.0.0.1', hostname: 'box', firstPort: 5051 };
  it('of one agent are those of the machine', () => {
    expect(planAgents({ ...machine, count: 1 })).toMatchObject([
      { ip: '127.0.0.1', hostname: 'box', port: 5051 },
    ]);
  });

  it('of several differ, so that host names tell them apart', () => {
    const plans = planAgents({ ...machine, count: 3, platform: 'linux' });
    expect(plans.map(({ hostname, ip, port }) => [hostname, ip, port])).toEqual([
      ['127.0.0.10', '127.0.0.10', 5051],
      ['127.0.0.11', '127.0.0.11', 5052],
      ['127.0.0.12', '127.0.0.12', 5053],
    ]);
    expect(planAgents({ ...machine, count: 2, platform: 'darwin' }).map(({ hostname }) => hostname)).toEqual([
      'box',
      'box',
    ]);
  });
});

const cpus = (value: number): AgentInfo['resources'] => [{ name: 'cpus', type: 'SCALAR', scalar: { value } }];

describe('a changed configuration', () => {
  const rack = { name: 'rack', type: 'TEXT' as const, text: { value: 'r1' } };
  const before: AgentInfo = { hostname: 'h', port: 1, resources: cpus(2), attributes: [rack] };
  const rows: [string, AgentInfo, equal: boolean, additive: boolean][] = [
    ['nothing', before, true, true],
    ['port', { ...before, port: 2 }, true, true],
    ['hostname', { ...before, hostname: 'other' }, false, false],
    ['more resources', { ...before, resources: cpus(3) }, false, true],
    ['fewer resources', { ...before, resources: cpus(1) }, false, false],
    ['another attribute', { ...before, attributes: [rack, { ...rack, name: 'zone' }] }, false, true],
    ['an attribute gone', { ...before, attributes: [] }, false, false],
  ];
  it.each(rows)('%s', (_name, after, equal, additive) => {
    expect(findIncompatibility(before, after, 'equal') === undefined).toBe(equal);
    expect(findIncompatibility(before, after, 'additive') === undefined).toBe(additive);
  });
});
