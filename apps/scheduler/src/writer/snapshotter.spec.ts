import { expect, it } from 'vitest';
import { State } from '#domain';
import { HeldLog, SILENT } from './writer.fixture.js';
import { Snapshotter } from './snapshotter.js';

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
