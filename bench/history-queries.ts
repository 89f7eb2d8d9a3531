import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openSqliteEventLog, positionAt, type EventLog, type NewEvent } from '#event-log';
import { HistoryUnavailableError, openHistory, type History } from '#history';
import { USERS, writeHistory } from './history.js';
import { compared, rounded, type BenchmarkResult } from './result.js';

/** No kind of question may take longer in 99 of 100 cases. */
const LIMIT_MS = 100;

const PAGE = 50;
const WRITING_MS = 4000;

/**
 * Questions about the history of a long log, as the API asks them: from another thread than the one that answers. Then
 * what it costs to build the index, and what that costs a writer. Options: `--events N` (1000000), `--questions N` of
 * each kind (200).
 */
export async function run(options: string[]): Promise<BenchmarkResult> {
  const { values } = parseArgs({
    args: options,
    options: {
      events: { type: 'string', default: '1000000' },
      questions: { type: 'string', default: '200' },
    },
  });
  const directory = await mkdtemp(join(tmpdir(), 'ekiden-history-'));
  try {
    const log = await openLog(directory);
    await writeHistory(log, Number(values.events));
    const history = openHistory(log, join(directory, 'refused.db'));
    await reportIndex(log, history);
    const worst = await reportQuestions(log, history, Number(values.questions));
    await reportExport(log, history);
    await history.close();
    await reportWriter(log, directory);
    await log.close();
    return compared(worst, LIMIT_MS, 'ms');
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

const openLog = (directory: string): Promise<EventLog> =>
  openSqliteEventLog({ path: join(directory, 'events.db'), onWarning: console.warn });

/** The first question waits until the whole log is in the index. */
async function reportIndex(log: EventLog, history: History): Promise<void> {
  const head = await log.head();
  const seconds = await secondsOf(async () => {
    while (!(await isBuilt(history))) await delay(10);
  });
  const { size } = await stat(`${log.file}.history`);
  console.log(`${head} events, ${rounded((await log.sizeBytes()) / 1e6)} MB with the index`);
  console.log(
    `index built  ${rounded(head / seconds)} events/s (${rounded(seconds)} s), ${rounded(size / head)} bytes/event`,
  );
}

async function isBuilt(history: History): Promise<boolean> {
  try {
    await history.search({ limit: 1 });
    return true;
  } catch (error) {
    if (error instanceof HistoryUnavailableError) return false;
    throw error;
  }
}

/** Prints every kind of question and answers the slowest p99, in ms. */
async function reportQuestions(log: EventLog, history: History, questions: number): Promise<number> {
  const kinds = await kindsOfQuestions(log, history);
  let worst = 0;
  console.log(
    `${'question'.padEnd(34)}${['p50', 'p99', 'max'].map((name) => name.padStart(9)).join('')}   of ${LIMIT_MS} ms`,
  );
  for (const [name, ask] of Object.entries(kinds)) {
    const times: number[] = [];
    for (let i = 0; i < questions; i += 1) times.push(1000 * (await secondsOf(() => ask(Math.random()))));
    times.sort((a, b) => a - b);
    const [p50, p99, max] = [0.5, 0.99, 1].map(
      (share) => times[Math.ceil(share * times.length) - 1] ?? 0,
    ) as [number, number, number];
    worst = Math.max(worst, p99);
    const figures = [p50, p99, max].map((ms) => ms.toFixed(1).padStart(9)).join('');
    console.log(`${name.padEnd(34)}${figures}   ${rounded(p99 / LIMIT_MS, 2)}`);
  }
  return worst;
}

const app = (random: number): string => `/busy/app-${Math.floor(random * 500)}`;
const user = (random: number): string => `user-${Math.floor(random * USERS)}`;

type Ask = (random: number) => Promise<unknown>;

async function kindsOfQuestions(log: EventLog, history: History): Promise<Readonly<Record<string, Ask>>> {
  const head = await log.head();
  const at = (random: number): number => 1 + Math.floor(random * (head - 1));
  const eventAt = async (random: number) => (await log.read(at(random) - 1, 1))[0]!;
  const { events: scheduled } = await history.search({ types: ['InstanceScheduled'], limit: 1000 });
  const instance = (random: number): string =>
    scheduled[Math.floor(random * scheduled.length)]!.stream.slice(9);
  const { commands } = await history.commands({ limit: 1000 });
  const command = (random: number): string => commands[Math.floor(random * commands.length)]!.id;
  const limit = PAGE;
  return {
    'newest events': () => history.search({ limit }),
    'events of an app': (r) => history.search({ app: app(r), limit }),
    'events of an app, deep cursor': (r) => history.search({ app: app(r), limit, behind: at(r) }),
    'events of a group, deep cursor': (r) => history.search({ group: '/busy', limit, behind: at(r) }),
    'changes of a group, deep cursor': (r) =>
      history.search({ group: '/busy', changesOnly: true, limit, behind: at(r) }),
    'events of an instance': (r) => history.search({ instance: instance(r), limit }),
    'events by an actor, deep cursor': (r) => history.search({ actor: user(r), limit, behind: at(r) }),
    'events of a type, deep cursor': (r) =>
      history.search({ types: ['TaskStatusChanged'], limit, behind: at(r) }),
    'three types of an app, oldest first': (r) =>
      history.search({
        app: app(r),
        types: ['AppUpdated', 'InstanceKillRequested', 'DeploymentFailed'],
        order: 'asc',
        limit,
      }),
    'two that have nothing in common': () =>
      history.search({ actor: 'system', types: ['TaskStatusChanged'], limit }),
    'events of a time': async (r) => {
      const to = await positionAt(log, (await eventAt(r)).time);
      return history.search({ to, limit });
    },
    'events of a correlation': async (r) =>
      history.search({ correlation: (await eventAt(r)).correlationId, limit }),
    '1,000 events of an app': (r) => history.search({ app: app(r), limit: 1000 }),
    'newest commands': () => history.commands({ limit }),
    'commands of an app': (r) => history.commands({ app: app(r), limit }),
    'commands of an actor, deep cursor': (r) => history.commands({ actor: user(r), limit, behind: at(r) }),
    'what a command led to': (r) => history.command(command(r), { limit }),
    'the origin of an instance': (r) => history.origin(instance(r)),
    'deployments of an app': (r) => history.deployments({ state: 'all', app: app(r), limit }),
    'finished deployments, deep cursor': (r) =>
      history.deployments({ state: 'finished', limit, behind: at(r) }),
    'failures of an app': (r) => history.failures(app(r), { limit }),
    'failures of an app, deep cursor': (r) => history.failures(app(r), { limit, behind: at(r) }),
    'the digest at a position': (r) => history.auditDigest(at(r)),
  };
}

async function reportExport(log: EventLog, history: History): Promise<void> {
  const to = Math.min(await log.head(), 200_000);
  let at = await history.auditDigest(0);
  const seconds = await secondsOf(async () => {
    while (at.position < to) at = (await history.auditPortion(at, to)).upTo;
  });
  console.log(`audit exported  ${rounded(to / seconds)} events/s`);
}

/** Appends as fast as the log takes them, first alone, then while an index far behind is being built. */
async function reportWriter(log: EventLog, directory: string): Promise<void> {
  const epoch = await log.claimEpoch();
  const rates: Record<'alone' | 'beside', number[]> = { alone: [], beside: [] };
  for (let round = 0; round < 3; round += 1) {
    rates.alone.push(await appendRate(log, epoch));
    await rm(`${log.file}.history`, { force: true });
    const history = openHistory(log, join(directory, 'refused.db'), 0);
    history.keepUp();
    await delay(1500);
    rates.beside.push(await appendRate(log, epoch));
    await history.close();
  }
  const [alone, beside] = [median(rates.alone), median(rates.beside)];
  console.log(
    `appends alone  ${rounded(alone)}/s; while the index is built  ${rounded(beside)}/s (${rounded(beside / alone)})`,
  );
}

async function appendRate(log: EventLog, epoch: number): Promise<number> {
  const [last] = await log.read((await log.head()) - 1, 1);
  let appended = 0;
  const endMs = performance.now() + WRITING_MS;
  const client = async (name: number): Promise<void> => {
    while (performance.now() < endMs) {
      const event: NewEvent = { ...last!, id: `${name}-${appended}-${endMs}` };
      await log.append([event], epoch);
      appended += 1;
    }
  };
  await Promise.all(Array.from({ length: 64 }, (_, name) => client(name)));
  return appended / (WRITING_MS / 1000);
}

const median = (figures: readonly number[]): number =>
  figures.toSorted((a, b) => a - b)[figures.length >> 1] ?? 0;

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return (performance.now() - startedMs) / 1000;
}
