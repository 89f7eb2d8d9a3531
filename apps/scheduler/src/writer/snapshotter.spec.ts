import { expect, it } from 'vitest';
import { State } from '#domain';
import { recoverState } from './recovery.js';
import { HeldLog, SILENT, WriterHarness } from './writer.fixture.js';
import { Snapshotter } from './snapshotter.js';

it('terms that go on from a state that the process has do not put the next snapshot off', async () => {
  const harness = await new WriterHarness().started();
  const { log } = harness;
  const snapshotter = new Snapshotter(log.port, 10, SILENT);
  const { state } = harness.writer.view;
  for (let term = 0; state.position < 10; term++) {
    const { snapshotPosition } = await recoverState(log.port, SILENT, state);
    snapshotter.beginAt(snapshotPosition);
    await harness.create(`/app-${term}`);
  }
  snapshotter.maybeTake(state, Promise.resolve());
  await snapshotter.settled();
  expect((await log.port.latestSnapshot())?.position).toBe(state.position);
});

it('a state that cannot be written down costs time at the next start, not the process', async () => {
  const warnings: object[] = [];
  const logger = { ...SILENT, warn: (fields: object) => void warnings.push(fields) };
  const state = new State();
  state.position = 7;
  Object.defineProperty(state, 'instances', {
    get: () => {
      throw new Error('it is damaged');
    },
  });
  await new Snapshotter(new HeldLog().port, 1, logger).takeLast(state);
  expect(warnings).toEqual([{ position: 7, error: 'Error: it is damaged' }]);
});
