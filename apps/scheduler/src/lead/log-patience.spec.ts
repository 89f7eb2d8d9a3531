import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { LOG_LOST_LIMIT_MS, LogPatience } from './log-patience.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const ELECTED = { frameworkName: 'marathon', electionPath: '/marathon/ekiden/leader' };

function patience(othersStand: boolean, cluster: { frameworkName: string } = ELECTED): LogPatience {
  const lead = { mayAct: () => true, confirm: () => Promise.resolve(true), othersStand: () => othersStand };
  return new LogPatience({ lead, cluster });
}

it('a leader without the log waits for it for a while, then leaves the lead to another node', () => {
  const waiting = patience(true);
  vi.advanceTimersByTime(LOG_LOST_LIMIT_MS - 1);
  waiting.check('no broker answers');
  vi.advanceTimersByTime(1);
  expect(() => waiting.check('no broker answers')).toThrow(/for 60 s \(no broker answers\)/);
});

it.each([
  ['that nobody could take the lead from', patience.bind(undefined, false)],
  ['with a log of its own', () => patience(true, { frameworkName: 'marathon' })],
])('a leader %s waits for ever', (_, create) => {
  const waiting = create();
  vi.advanceTimersByTime(100 * LOG_LOST_LIMIT_MS);
  expect(() => waiting.check('no broker answers')).not.toThrow();
});
