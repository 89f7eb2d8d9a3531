import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventLog } from '#event-log';
import { openLog, writeMany } from './busy-log.fixture.js';
import { PastThread } from './past-thread.js';
import type { Asked } from './question.js';

const EVENTS = 20_000;

const asked = (at: number, head = EVENTS): Asked => ({
  question: { kind: 'read', at: String(at), read: { kind: 'deployments' } },
  present: { position: head, nowMs: Date.now() },
  listedVersions: 50,
});

const PROGRAM = new URL('../../../../dist/apps/api/src/past/past-thread.js', import.meta.url);

/** Looks into the past again and again, and is ended in the middle of it. */
const script = (path: string, afterMs: number): string => `
  const { PastThread } = await import(${JSON.stringify(PROGRAM.href)});
  const nothing = () => undefined;
  const thread = new PastThread({ path: ${JSON.stringify(path)}, onWarning: nothing, onCheckpoints: nothing, onEnd: nothing });
  const asked = ${JSON.stringify(asked(EVENTS))};
  await thread.ask({ ...asked, question: { ...asked.question, at: '1' } });
  for (let count = 0; count < 10; count++) {
    thread.ask(asked).catch(nothing);
    thread.ask({ ...asked, question: { ...asked.question, at: '1' } }).catch(nothing);
  }
  setTimeout(() => process.exit(7), ${afterMs});
`;

describe('the thread that looks into the past', () => {
  let directory: string;
  let path: string;
  let log: EventLog;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ekiden-past-thread-'));
    path = join(directory, 'events.db');
    log = await openLog(path);
    await writeMany(log, EVENTS);
  });

  afterAll(async () => {
    await log.close();
    await rm(directory, { recursive: true, force: true });
  });

  const startThread = (onEnd = (): void => undefined) =>
    new PastThread({
      path,
      onWarning: (text) => {
        throw new Error(text);
      },
      onCheckpoints: () => undefined,
      onEnd,
    });

  it('answers, and tells of what it cannot read', async () => {
    const thread = startThread();
    expect(await thread.ask(asked(10))).toMatchObject({ position: 10, answer: { status: 200 } });
    await expect(thread.ask(asked(EVENTS + 5, EVENTS + 5))).rejects.toThrow('ends at');
    expect(thread.waitingCount).toBe(0);
    await thread.close();
  });

  it('ends when it is told to, whatever it is at, and lets go whoever waits', async () => {
    let ended = false;
    const thread = startThread(() => {
      ended = true;
    });
    const questions = Array.from({ length: 40 }, (_, index) => asked(index % 2 === 0 ? EVENTS : 1));
    const answers = Promise.allSettled(questions.map((question) => thread.ask(question)));
    await thread.close();
    expect(ended).toBe(true);
    const reasons = (await answers).flatMap((one) => (one.status === 'rejected' ? String(one.reason) : []));
    expect(
      reasons.filter((reason) => !reason.endsWith('the thread that looks into the past has ended')),
    ).toEqual([]);
  });

  it('says 503 to those who ask when it dies', async () => {
    let worker: Worker | undefined;
    process.once('worker', (started) => (worker = started));
    const thread = startThread();
    await thread.ask(asked(10));
    const ending = worker?.terminate();
    await expect(thread.ask(asked(10))).rejects.toMatchObject({ statusCode: 503 });
    await ending;
  });

  it.each([0, 3, 10, 30, 60])(
    'does not get into the way of the end of the process, %d ms later',
    async (ms) => {
      const program = ['--input-type=module', '-e', script(path, ms)];
      const cwd = fileURLToPath(new URL('../../../../', import.meta.url));
      const child = spawn(process.execPath, program, { stdio: 'inherit', cwd });
      await once(child, 'close');
      expect([child.exitCode, child.signalCode]).toEqual([7, null]);
    },
  );
});
