import { writeSync } from 'node:fs';
import { newBatch } from '../events.fixture.js';
import { openSqliteEventLog } from './open-sqlite-event-log.js';

/** What one batch of the killed writer carries in each of its events. */
export interface BatchMark {
  readonly batch: string;
  readonly size: number;
}

const [path = ''] = process.argv.slice(2);

/** Appends without end and prints each confirmed batch as `<batch> <size> <first position>`. */
async function appendForEver(writer: number): Promise<void> {
  for (let round = 0; ; round += 1) {
    const size = 1 + (round % 5);
    const batch = `${process.pid}-${writer}-${round}`;
    const events = newBatch(size).map((event) => ({ ...event, data: { batch, size } satisfies BatchMark }));
    const { first } = await log.append(events, epoch);
    writeSync(1, `${batch} ${size} ${first}\n`);
  }
}

const log = await openSqliteEventLog({ path, onWarning: () => undefined });
const epoch = await log.claimEpoch();
await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(appendForEver));
