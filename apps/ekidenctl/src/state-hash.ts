import { createHash } from 'node:crypto';
import { captureSnapshot, evolve, State, type RecordedEvent } from '#domain';
import type { EventLog } from '#event-log';

/** Where a log stands, and the hash of the state that all its events together make. */
export interface LogSummary {
  readonly position: number;
  /** SHA-256 of the state in the form of a snapshot, in hexadecimal. */
  readonly stateHash: string;
}

/** Folds the whole log from its first event, whatever snapshots say. */
export async function summarize(log: EventLog): Promise<LogSummary> {
  const state = new State();
  await log.replay(0, (page) => {
    for (const event of page) evolve(state, event as unknown as RecordedEvent);
  });
  return { position: state.position, stateHash: hashOf(state) };
}

/** SHA-256 of a state in the form of a snapshot, in hexadecimal. */
export function hashOf(state: State): string {
  const hash = createHash('sha256');
  for (const slice of captureSnapshot(state)) hash.update(slice);
  return hash.digest('hex');
}
