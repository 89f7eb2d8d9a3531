import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppendLog, untilWritten, writeDurably, type WriteListener } from '../runtime/durable-file.js';
import type { ContainerEvent, ContainerRecord, NumberedEvent } from './protocol.js';

const recordPath = (stateDirectory: string): string => join(stateDirectory, 'container.json');
const logPath = (stateDirectory: string): string => join(stateDirectory, 'status.log');

/** What a supervisor writes about one container; the files are authoritative (spec/local-cluster.md §2.2). */
export class ContainerJournal {
  private readonly log: AppendLog;

  constructor(
    private readonly stateDirectory: string,
    private readonly listener: WriteListener,
  ) {
    this.log = new AppendLog(logPath(stateDirectory), listener);
  }

  /** The record holds the task's environment, secrets included: readable by its owner only. */
  async writeRecord(record: ContainerRecord): Promise<void> {
    const { pid, startTime, bootId } = record;
    const forked = { pid, startTime, bootId };
    await untilWritten(async () => {
      await Promise.all([
        writeDurably(recordPath(this.stateDirectory), JSON.stringify(record), 0o600),
        // For people who look for it where the reference has it; recovery reads the record.
        writeFile(join(this.stateDirectory, 'pids', 'forked.pid'), JSON.stringify(forked)),
      ]);
    }, this.listener);
  }

  append(events: readonly NumberedEvent[]): Promise<void> {
    return this.log.append(events.map((event) => JSON.stringify(event)).join('\n'));
  }
}

/** What is on disk about a container. */
export interface ContainerHistory {
  /** Absent: no process was ever started for it. */
  readonly record: ContainerRecord | undefined;
  readonly events: readonly NumberedEvent[];
}

/**
 * Reads the journal of a container whose supervisor may have died in the middle of a write: an incomplete last
 * line is left out. Throws on any other damage.
 */
export async function readContainerHistory(stateDirectory: string): Promise<ContainerHistory> {
  const [record, log] = await Promise.all([
    readTextOrNothing(recordPath(stateDirectory)),
    readTextOrNothing(logPath(stateDirectory)),
  ]);
  const lines = (log ?? '').split('\n').slice(0, -1);
  return {
    record: record === undefined ? undefined : (JSON.parse(record) as ContainerRecord),
    events: lines.map((line) => JSON.parse(line) as NumberedEvent),
  };
}

/** How the container ended, when it did. */
export function endOf(events: readonly NumberedEvent[]): ContainerEvent | undefined {
  return events.map(({ event }) => event).find(({ type }) => type === 'exited' || type === 'failed');
}

/** The text of a file, `undefined` when it does not exist. */
export async function readTextOrNothing(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
