import { expect, it } from 'vitest';
import { LogPatience } from '../lead/log-patience.js';
import { comeBack } from './term.js';
import { HeldLog, SettableLead, SILENT } from './writer.fixture.js';

it.each([
  ['ends the term of a leader when others stand for election', '/marathon/ekiden/leader', 'LogLostError'],
  ['is waited for by a leader that is alone', undefined, 'given up'],
])('a log that stays out of reach %s', async (_, electionPath, outcome) => {
  const { memory, port } = new HeldLog();
  const lead = new SettableLead();
  const cluster = { frameworkName: 'marathon', ...(electionPath === undefined ? {} : { electionPath }) };
  memory.faults.diskFull = true;
  let attempts = 0;
  const back = comeBack(
    { log: port, lead, logger: SILENT },
    {
      isWanted: () => attempts++ < 2,
      begin: () => Promise.reject(new Error('the log is not back')),
      onUnavailable: () => undefined,
      patience: new LogPatience({ lead, cluster }, 0),
    },
  );
  const ended = await back.then(
    () => 'given up',
    (error: Error) => error.name,
  );
  expect(ended).toBe(outcome);
});
