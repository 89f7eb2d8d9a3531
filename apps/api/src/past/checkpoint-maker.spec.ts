import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { captureSnapshot } from '#domain';
import type { StoredEvent } from '#event-log';
import { appDefinition, storedEvents } from '../domain-objects.fixture.js';
import { Archive } from './archive.js';
import { CheckpointFolder } from './checkpoint-folder.js';
import { CHECKPOINT_INTERVAL, CheckpointMaker } from './checkpoint-maker.js';
import type { EventSource } from './event-source.js';

/** An endless log in which a hundred apps change again and again. */
const ENDLESS: EventSource = {
  first: () => Promise.resolve(1),
  read: (after, limit) =>
    Promise.resolve(Array.from({ length: limit }, (_, index) => eventAt(after + index + 1))),
};

function eventAt(position: number): StoredEvent {
  const app = appDefinition({
    id: `/app-${position % 100}`,
    mem: position,
    version: new Date(position).toISOString(),
  });
  const [event] = storedEvents(
    [{ type: position % 7 === 0 ? 'AppDeleted' : 'AppUpdated', data: { app } } as never],
    position,
  );
  return {
    ...(event as StoredEvent),
    data: position % 7 === 0 ? { appId: app.id } : { app, change: 'scale' },
  };
}

let directory: string;
let warnings: string[];

const folderAt = (path: string) => new CheckpointFolder(path, ENDLESS, (text) => warnings.push(text));

const makerFor = (folder: CheckpointFolder, logBytes = 0) =>
  new CheckpointMaker({
    source: ENDLESS,
    folder,
    logBytes: () => logBytes,
    warn: (text) => warnings.push(text),
  });

async function textAt(archive: Archive, position: number): Promise<string> {
  const model = await archive.modelAt(position);
  if ('status' in model) throw new Error(model.body);
  return [...captureSnapshot(model.state)].join('');
}

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ekiden-checkpoints-'));
  warnings = [];
});

afterEach(() => rm(directory, { recursive: true, force: true }));

describe('the maker of checkpoints', () => {
  it('leaves one after so many events, goes on where another one ended, and they hold what the log says', async () => {
    const folder = folderAt(join(directory, 'checkpoints'));
    const first = CHECKPOINT_INTERVAL;
    expect(await makerFor(folder).makeUpTo(first - 1)).toBe(first);
    expect(await folder.positions()).toEqual([]);
    expect(await makerFor(folder).makeUpTo(first)).toBeGreaterThan(first);
    await makerFor(folder).makeUpTo(3 * first);
    const made = await folder.positions();
    expect(made[0]).toBe(first);
    expect(made.length).toBeGreaterThan(1);
    for (const position of made) {
      const folded = await textAt(new Archive(ENDLESS), position + 10);
      expect(await textAt(new Archive(ENDLESS, folder), position + 10)).toBe(folded);
    }
    expect(warnings).toEqual([]);
  });

  it('only warns when there is no room', async () => {
    const path = join(directory, 'not a folder');
    await writeFile(path, '');
    const folder = folderAt(join(path, 'checkpoints'));
    const head = CHECKPOINT_INTERVAL + 1;
    expect(await makerFor(folder).makeUpTo(head)).toBe(head + CHECKPOINT_INTERVAL);
    expect(warnings).toEqual([expect.stringContaining('no checkpoint could be made')]);
    expect(await textAt(new Archive(ENDLESS, folder), 50)).toBe(await textAt(new Archive(ENDLESS), 50));
  });
});
