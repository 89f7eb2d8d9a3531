import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Registry, type RegistryRecord } from './registry.js';

let workDir: string;

beforeEach(async () => {
  workDir = await mkdtemp(join(tmpdir(), 'registry-'));
});

afterEach(() => rm(workDir, { recursive: true, force: true }));

function admitted(id: string): RegistryRecord {
  return {
    type: 'agent_admitted',
    agent: { id: { value: id }, hostname: 'h', port: 1, resources: [], attributes: [] },
  };
}

async function write(records: readonly RegistryRecord[]): Promise<void> {
  const registry = await Registry.open(workDir);
  await Promise.all(records.map((record) => registry.append(record)));
  await registry.close();
}

async function contents(): Promise<{ admitted: string[]; unreachable: [string, number][] }> {
  const registry = await Registry.open(workDir);
  const result = { admitted: [...registry.admitted.keys()], unreachable: [...registry.unreachable] };
  await registry.close();
  return result;
}

it('remembers what was appended, across starts', async () => {
  await write([admitted('a'), admitted('b'), admitted('c'), { type: 'agent_removed', agentId: 'c' }]);
  await write([{ type: 'agent_unreachable', agentId: 'a', atMs: 5 }]);
  expect(await contents()).toEqual({ admitted: ['b'], unreachable: [['a', 5]] });
  await write([admitted('a'), { type: 'agent_unreachable', agentId: 'b', atMs: 6 }]);
  expect(await contents()).toEqual({ admitted: ['a'], unreachable: [['b', 6]] });
  await write([{ type: 'agent_forgotten', agentId: 'b' }]);
  expect(await contents()).toEqual({ admitted: ['a'], unreachable: [] });
});

it('drops a torn last line and goes on behind the whole ones', async () => {
  await write([admitted('a')]);
  await appendFile(join(workDir, 'registry.log'), '{"type":"agent_adm');
  expect(await contents()).toEqual({ admitted: ['a'], unreachable: [] });
  await write([admitted('b')]);
  expect((await contents()).admitted).toEqual(['a', 'b']);
});

it('refuses to start on a damaged registry', async () => {
  await write([admitted('a')]);
  await appendFile(join(workDir, 'registry.log'), 'garbage\n');
  await expect(Registry.open(workDir)).rejects.toThrow(SyntaxError);
});

it('folds a long log into a snapshot', async () => {
  await write(Array.from({ length: 1000 }, (_, index) => admitted(`a${index}`)));
  expect((await contents()).admitted).toHaveLength(1000);
  expect(await readFile(join(workDir, 'registry.log'), 'utf8')).toBe('');
  expect((await contents()).admitted).toHaveLength(1000);
});
