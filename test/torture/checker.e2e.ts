import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../support/site.js';
import { AppBooks } from './books.js';
import { Checker, type View } from './checker.js';
import { Definitions, EDITION } from './definitions.js';
import type { AppFacts, DeploymentFacts, EventFacts } from './ekiden-api.js';
import { Violation } from './violation.js';

const APP = '/client-1/app-0';
const INSTANCE = 'client-1_app-0.instance-00000000-0000-1000-8000-000000000000';
const TASK = `${INSTANCE}._app.1`;
const VERSION = '2026-11-23T05:00:00.000Z';

/** The checker must see what is wrong: here everything is in order, then one thing is not. */
describe('the checker of the torture', () => {
  let directory: string;
  let definitions: Definitions;
  let books: AppBooks;
  let children: ChildProcess[];
  let facts: { apps: AppFacts[]; deployments: DeploymentFacts[]; hash: string; position: number };
  let log: EventFacts[];
  const follower = { position: 2, ids: ['event-1', 'event-2'], faults: [] as string[] };

  beforeEach(async () => {
    directory = temporaryDirectory();
    definitions = new Definitions(directory);
    books = new AppBooks(APP);
    books.acknowledged(() => ({ edition: 7, instances: 1 }));
    books.leastVersion = VERSION;
    children = [];
    follower.faults = [];
    follower.ids = ['event-1', 'event-2'];
    log = [
      { id: 'event-1', type: 'io.ekiden.AppCreated', position: 1, data: {} },
      { id: 'event-2', type: 'io.ekiden.CommandAccepted', position: 2, data: { key: 'key-1' } },
    ];
    facts = {
      apps: [
        { id: APP, instances: 1, env: { [EDITION]: '7' }, tasks: [{ id: TASK, state: 'TASK_RUNNING' }] },
      ],
      deployments: [],
      hash: 'a',
      position: 1,
    };
    await runTask();
  });

  afterEach(() => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(directory, { recursive: true });
  });

  async function runTask(environment: Record<string, string> = {}): Promise<void> {
    const env = {
      PATH: process.env['PATH'],
      MESOS_TASK_ID: TASK,
      MESOS_SANDBOX: join(directory, 'sandbox'),
      MARATHON_APP_ID: APP,
      MARATHON_APP_VERSION: VERSION,
      [EDITION]: '7',
      ...environment,
    };
    const child = spawn('sleep', ['100'], { env, stdio: 'ignore' });
    children.push(child);
    await once(child, 'spawn');
  }

  const api: View = {
    position: () => Promise.resolve(facts.position),
    apps: () => Promise.resolve(facts.apps),
    deployments: () => Promise.resolve(facts.deployments),
    digest: () => Promise.resolve(facts.hash),
    events: (from, to) => Promise.resolve(log.slice(from - 1, to)),
  };

  const checker = (): Checker =>
    new Checker(
      {
        books: [books],
        api,
        clusterDir: directory,
        definitions,
        acknowledgedKeys: new Set(['key-1']),
        follower,
        remark: () => undefined,
      },
      500,
    );

  /** `kind: details` of what was found. */
  const found = (subject = checker()): Promise<string> =>
    subject.settled().then(
      () => 'in order',
      (error: Violation) => error.message,
    );

  test('nothing, when all is in order', async () => {
    expect(await checker().settled()).toEqual({ apps: 1, instances: 1, position: 1 });
  });

  test('a definition that was not acknowledged, an app that is gone, one that nobody created', async () => {
    books.acknowledged(() => ({ edition: 8, instances: 1 }));
    expect(await found()).toBe(`lost command: ${APP} is edition 7 × 1, acknowledged was edition 8 × 1`);
    facts.apps = [];
    expect(await found()).toContain(`lost command: ${APP} is absent`);
    facts.apps = [{ id: '/other', instances: 0, env: {}, tasks: [] }];
    expect(await found()).toContain('/other was never created');
  });

  test('either outcome of a command that nobody answered, and no third one', async () => {
    books.unknown(() => ({ edition: 8, instances: 1 }));
    expect(await found()).toBe('in order');
    expect(books.wanted).toEqual({ edition: 7, instances: 1 });
    books.unknown(() => undefined);
    facts.apps[0] = { ...facts.apps[0]!, env: { [EDITION]: '8' } };
    expect(await found()).toContain('acknowledged was edition 7 × 1 or absent');
  });

  test('a second process of a task, and of an instance', async () => {
    await runTask();
    expect(await found()).toContain(`double launch: ${TASK} runs as process`);
    children.pop()!.kill('SIGKILL');
    await runTask({ MESOS_TASK_ID: `${INSTANCE}._app.2` });
    expect(await found()).toContain(`${INSTANCE}._app.2 runs as process`);
  });

  test('a task that started twice, one after the other', async () => {
    await once(
      spawn('sh', ['-c', definitions.diary.command('true')], { env: { MESOS_TASK_ID: 'x' } }),
      'exit',
    );
    expect(await found()).toBe('in order');
    await once(
      spawn('sh', ['-c', definitions.diary.command('true')], { env: { MESOS_TASK_ID: 'x' } }),
      'exit',
    );
    expect(await found()).toBe('double launch: x was started twice');
  });

  test.each([
    ['of an app that is not there', { MARATHON_APP_ID: '/gone', MESOS_TASK_ID: 'stray' }, 'stray is nobody'],
    ['that Ekiden does not know', { MESOS_TASK_ID: 'stray' }, 'stray runs as process'],
    ['of an older definition', { [EDITION]: '6' }, 'of edition 6, not 7'],
    ['from before a restart', { MARATHON_APP_VERSION: '2026-11-23T04:00:00.000Z' }, 'before 2026-11-23T05'],
  ])('a process %s', async (_what, environment, reason) => {
    children.pop()!.kill('SIGKILL');
    await runTask(environment);
    expect(await found()).toMatch(new RegExp(`^stuck: .*${reason}`));
  });

  test('a task without a process, one that was killed, a deployment that does not end', async () => {
    books.killed.add(TASK);
    facts.deployments = [
      { id: 'd1', affectedApps: [APP], currentActions: [{ action: 'ScaleApplication', app: APP }] },
    ];
    expect(await found()).toBe(
      `stuck: deployment d1 waits for ScaleApplication of ${APP}; ${TASK} was killed and runs`,
    );
    facts.deployments = [];
    children.pop()!.kill('SIGKILL');
    expect(await found()).toContain(`${TASK} is said to run and does not`);
  });

  test('a command that is not on the log, or is there twice', async () => {
    await checker().audit();
    log[1] = { ...log[1]!, data: { key: 'key-2' } };
    await expect(checker().audit()).rejects.toThrow('the log knows nothing of the commands key-1');
    log[0] = { ...log[1], id: 'event-1', position: 1 };
    await expect(checker().audit()).rejects.toThrow(
      'applied twice: command key-2 was accepted again at position 2',
    );
  });

  test('a stream out of order, one that says something else than the log, a chain that changed', async () => {
    const subject = checker();
    expect(await found(subject)).toBe('in order');
    facts.hash = 'b';
    facts.position = 2;
    expect(await found(subject)).toContain('audit: the chain has another hash at position 1');
    follower.ids = ['event-1', 'event-3'];
    await expect(checker().audit()).rejects.toThrow(
      'position 2 is event-2 on the log, and was told as event-3',
    );
    follower.faults = ['position 3 came after 1'];
    expect(await found()).toBe('stream: position 3 came after 1');
  });
});
