import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { silentLogger } from '../runtime/logger.js';
import { ManualClock } from '../runtime/manual-clock.fixture.js';
import { defaultAgentOptions } from './agent-options.js';
import { GarbageCollector } from './garbage-collector.js';
import { systemHost } from './host.js';
import { AgentLayout } from './layout.js';
import { pointLatestTo } from './sandbox/sandbox.js';

it('removes old runs, sooner the fuller the disk is, and executors with their last run', async () => {
  const workDir = await mkdtemp(join(tmpdir(), 'gc-'));
  const layout = new AgentLayout(workDir);
  const clock = new ManualClock();
  let usedRatio = 0.4;
  const collected: string[] = [];
  const collector = new GarbageCollector({
    options: { ...defaultAgentOptions(workDir, false), gcDelayMs: 1_000 },
    layout,
    clock,
    logger: silentLogger,
    host: { ...systemHost(), diskSpace: () => Promise.resolve({ totalBytes: 1, usedRatio }) },
    onCollected: ({ containerId }) => collected.push(containerId),
  });
  const executor = { agentId: 'a', frameworkId: 'f', executorId: 'e' };
  for (const containerId of ['first', 'second']) {
    const id = { ...executor, containerId };
    for (const directory of [layout.sandbox(id), layout.runMeta(id)]) {
      await mkdir(directory, { recursive: true });
      await pointLatestTo(directory);
    }
    collector.schedule(id, clock.nowMs());
    clock.advance(400);
  }
  // 0.5 of the delay at this usage: only the first is older than 500 ms.
  await collector.collect();
  expect(collected).toEqual(['first']);
  expect((await readdir(join(layout.executorSandboxes(executor), 'runs'))).toSorted()).toEqual([
    'latest',
    'second',
  ]);
  usedRatio = 0.9;
  await collector.collect();
  expect(collected).toEqual(['first', 'second']);
  expect(await readdir(join(layout.executorSandboxes(executor), '..'))).toEqual([]);
  await rm(workDir, { recursive: true });
});
