import { expect, test } from 'vitest';
import { FAULT_KINDS } from './torture/fault-kinds.js';
import { torture } from './torture/torture.js';

/** Faults are begun for so long at most, whatever the machine does beside. */
const MOST_MINUTES = 0.6;

test('real faults in a row: nothing acknowledged is lost, nothing is launched twice, nothing is stuck', async () => {
  const seed = Number(process.env['EKIDEN_TEST_SEED'] ?? Date.now() % 2 ** 31);
  const lines: string[] = [];
  const { violation, tally, evidence } = await torture(
    { faults: 25, seed, nodes: 1, mostMinutes: MOST_MINUTES, kinds: FAULT_KINDS, longestFreezeMs: 1_500 },
    (line) => lines.push(line),
  );
  process.stderr.write(`torture: EKIDEN_TEST_SEED=${seed}: ${JSON.stringify(tally.figures)}\n`);
  const missing = lines.filter((line) => line.includes('***'));
  if (missing.length > 0) process.stderr.write(`\n${missing.join('\n')}\n\n`);
  if (process.env['CI'] === 'true' && missing.length > 0) throw new Error(missing.join('\n'));
  expect(violation, `${lines.join('\n')}\nlogs in ${evidence}`).toBeUndefined();
  expect(tally.figures.acknowledged).toBeGreaterThan(0);
}, 330_000);
