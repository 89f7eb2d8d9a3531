import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { captureSnapshot, evolve, State } from '#domain';
import { createMemoryEventLog, type EventLog } from '#event-log';
import { VERSION_MS } from '../domain-objects.fixture.js';
import { recorded } from '#bus-events';
import { Archive } from './archive.js';
import { openLog, writeLife } from './busy-log.fixture.js';
import { CheckpointFolder } from './checkpoint-folder.js';
import { sourceOf, type EventSource } from './event-source.js';
import { Pace } from './pace.js';

const HOUR_MS = 3_600_000;

let logDirectory: string;
let directory: string;
let log: EventLog;
let head: number;
let warnings: string[];
let folder: CheckpointFolder;

const textOf = (state: State): string => [...captureSnapshot(state)].join('');

/** The state by the log alone. */
async function foldedTo(position: number): Promise<State> {
  const state = new State();
  for (const event of await log.read(0, position)) evolve(state, recorded(event));
  return state;
}

async function checkpointAt(position: number): Promise<void> {
  const [event] = await log.read(position - 1, 1);
  await folder.save(await foldedTo(position), event?.id ?? '', new Pace());
}

async function stateAt(archive: Archive, position: number): Promise<State> {
  const model = await archive.modelAt(position);
  if ('status' in model) throw new Error(model.body);
  return model.state;
}

const pathOf = (name: string | undefined): string => join(directory, 'checkpoints', name ?? '');

const place = (text: string) =>
  new Archive(sourceOf(log)).locate(text, { position: head, nowMs: VERSION_MS + HOUR_MS });

const time = (ms: number): string => new Date(VERSION_MS + ms).toISOString();

const files = async (): Promise<string[]> => (await readdir(join(directory, 'checkpoints'))).toSorted();

beforeAll(async () => {
  logDirectory = await mkdtemp(join(tmpdir(), 'ekiden-archive-'));
  log = await openLog(join(logDirectory, 'events.db'));
  head = await writeLife(log, 40);
});

afterAll(async () => {
  await log.close();
  await rm(logDirectory, { recursive: true, force: true });
});

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ekiden-checkpoints-'));
  warnings = [];
  folder = new CheckpointFolder(join(directory, 'checkpoints'), sourceOf(log), (text) => warnings.push(text));
});

afterEach(() => rm(directory, { recursive: true, force: true }));

describe('states of an archive', () => {
  it('are those that the log makes, from whichever checkpoint or former state they are folded', async () => {
    for (const position of [50, 120, 200]) await checkpointAt(position);
    const archive = new Archive(sourceOf(log), folder);
    for (const position of [head, 10, 50, 51, 199, 200, 201, 119, 0, 130, 130, 60, head]) {
      const state = await stateAt(archive, position);
      expect(state.position).toBe(position);
      expect(textOf(state)).toBe(textOf(await foldedTo(position)));
    }
    expect(warnings).toEqual([]);
  });

  it('begin at a checkpoint where one is near', async () => {
    await checkpointAt(200);
    const read: number[] = [];
    const source = sourceOf(log);
    const watched: EventSource = {
      ...source,
      read: (after, limit) => {
        read.push(after);
        return source.read(after, limit);
      },
    };
    await stateAt(new Archive(watched, folder), 210);
    expect(read).toEqual([200]);
  });

  it('do without checkpoints that are damaged, incomplete or of another log, and remove them', async () => {
    for (const position of [40, 80, 120, 160]) await checkpointAt(position);
    const [first, second, third] = await files();
    await writeFile(pathOf(first), 'no checkpoint');
    const bytes = await readFile(pathOf(second));
    await writeFile(pathOf(second), bytes.subarray(0, bytes.length / 2));
    const other = createMemoryEventLog().log;
    await writeLife(other, 1);
    await folder.save(await foldedTo(120), 'event of another log', new Pace());
    for (const position of [50, 90, 130]) {
      const state = await stateAt(new Archive(sourceOf(log), folder), position);
      expect(textOf(state)).toBe(textOf(await foldedTo(position)));
    }
    expect(await files()).toHaveLength(1);
    expect(third).toBeDefined();
    expect(warnings).toHaveLength(3);
    expect(warnings.join()).toContain('it belongs to another log');
  });

  it('that nobody else may read lie in files that nobody else may read', async () => {
    await checkpointAt(50);
    const [name = ''] = await files();
    expect((await stat(join(directory, 'checkpoints'))).mode & 0o777).toBe(0o700);
    expect((await stat(join(directory, 'checkpoints', name))).mode & 0o777).toBe(0o600);
  });

  it('take no more room than they may', async () => {
    for (const position of [50, 100, 150, 200]) await checkpointAt(position);
    await writeFile(join(directory, 'checkpoints', '0000000000000050.f1.checkpoint'), 'of another format');
    const { size } = await stat(join(directory, 'checkpoints', (await files()).at(-1) ?? ''));
    await folder.tidy(size * 2);
    expect(await folder.positions()).toEqual([100, 200]);
    expect(await files()).toHaveLength(2);
  });

  it('are gone where the log does not reach back', async () => {
    await checkpointAt(100);
    const source = { ...sourceOf(log), first: () => Promise.resolve(91) };
    expect(await new Archive(source).modelAt(120)).toMatchObject({ status: 410 });
    expect((await stateAt(new Archive(source, folder), 120)).position).toBe(120);
    const present = { position: head, nowMs: VERSION_MS + HOUR_MS };
    expect(await new Archive(source).locate('90', present)).toMatchObject({ status: 410 });
  });
});

describe('a place on the log', () => {
  it.each([
    ['0', { position: 0, timeMs: 0 }],
    ['5', { position: 5, timeMs: VERSION_MS + 5000 }],
    [time(5000), { position: 5, timeMs: VERSION_MS + 5000 }],
    [time(5999), { position: 5, timeMs: VERSION_MS + 5999 }],
    [time(-1), { position: 0, timeMs: VERSION_MS - 1 }],
  ])('%s', async (text, expected) => {
    expect(await place(text)).toEqual(expected);
  });

  it('may lie between the last event and now, but not behind it', async () => {
    expect(await place(time(HOUR_MS))).toEqual({ position: head, timeMs: VERSION_MS + HOUR_MS });
    expect(await place(time(HOUR_MS + 1))).toMatchObject({ status: 400 });
    expect(await place(String(head))).toMatchObject({ position: head });
    expect(await place(String(head + 1))).toMatchObject({ status: 400 });
  });

  it.each(['soon', '-1', '1.5'])('%s is none', async (text) => {
    expect(await place(text)).toMatchObject({ status: 400 });
  });
});
