import { copyState, evolve, restoreSnapshot, SNAPSHOT_FORMAT, State, type RecordedEvent } from '#domain';
import type { EventLog, StoredEvent } from '#event-log';
import type { Logger } from '#observability';

/** A state rebuilt from the log, with what it took. */
export interface Recovered {
  readonly state: State;
  /** Time of the newest event, epoch ms; 0 for an empty log. */
  readonly lastEventMs: number;
  readonly replayed: number;
  /** Position of the snapshot it began with; 0 without one, absent where none was looked for. */
  readonly snapshotPosition: number | undefined;
}

/**
 * Folds the newest usable snapshot and every event after it; or the events after `present`, a state that somebody else in
 * the process has folded from the same log and goes on with.
 */
export async function recoverState(log: EventLog, logger: Logger, present?: State): Promise<Recovered> {
  const state = present === undefined ? await stateOfSnapshot(log, logger) : copyState(present);
  const { position } = state;
  const snapshotPosition = present === undefined ? position : undefined;
  let lastEventMs = await timeOf(log, position);
  let replayed = 0;
  await log.replay(position, (page) => {
    for (const event of page) evolve(state, recordedFrom(event));
    lastEventMs = page.at(-1)?.time ?? lastEventMs;
    replayed += page.length;
  });
  return { state, lastEventMs, replayed, snapshotPosition };
}

/** A stored event as the fold takes it: the log keeps types open, the up-casters have brought data to today's shape. */
export function recordedFrom(event: StoredEvent): RecordedEvent {
  return event as unknown as RecordedEvent;
}

/** Time of the event at a position, epoch ms: what follows a snapshot must not be older than it. */
async function timeOf(log: EventLog, position: number): Promise<number> {
  const [event] = position === 0 ? [] : await log.read(position - 1, 1);
  return event?.time ?? 0;
}

async function stateOfSnapshot(log: EventLog, logger: Logger): Promise<State> {
  const snapshot = await log.latestSnapshot();
  if (snapshot === undefined) return new State();
  if (snapshot.format !== SNAPSHOT_FORMAT) {
    logger.info({ format: snapshot.format }, 'the snapshot is of another format: replaying the whole log');
    return new State();
  }
  try {
    return restoreSnapshot(snapshot.state);
  } catch (error) {
    logger.warn({ error: String(error) }, 'the snapshot cannot be read: replaying the whole log');
    return new State();
  }
}
