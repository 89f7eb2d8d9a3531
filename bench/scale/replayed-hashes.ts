import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { evolve, State, type RecordedEvent } from '#domain';
import { openSqliteEventLog } from '#event-log';
import { hashOf } from '../../apps/ekidenctl/src/state-hash.js';

/** Hashes of states (SHA-256, hexadecimal) that one log tells. */
export interface ReplayedHashes {
  readonly position: number;
  /** Of the state at the end of the log. */
  readonly head: string;
  /** Of the state that the running server wrote down last, and of the replayed one at the same position. */
  readonly written?: { readonly position: number; readonly live: string; readonly replayed: string };
}

/** Replays the log of a server that has ended from its first event, and compares with the newest snapshot on the way. */
export async function replayedHashes(dataDir: string): Promise<ReplayedHashes> {
  const log = await openSqliteEventLog({ path: join(dataDir, 'events.db'), onWarning: console.warn });
  try {
    const snapshot = await log.latestSnapshot();
    const state = new State();
    let replayed: string | undefined;
    await log.replay(0, (page) => {
      for (const event of page) {
        evolve(state, event as unknown as RecordedEvent);
        if (event.position === snapshot?.position) replayed = hashOf(state);
      }
    });
    const result = { position: state.position, head: hashOf(state) };
    if (snapshot === undefined || replayed === undefined) return result;
    const hash = createHash('sha256');
    for (const slice of snapshot.state) hash.update(slice);
    const live = hash.digest('hex');
    return { ...result, written: { position: snapshot.position, live, replayed } };
  } finally {
    await log.close();
  }
}
