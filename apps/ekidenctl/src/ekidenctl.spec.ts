import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteEventLog, type NewEvent } from '#event-log';
import { recoverState } from '#scheduler';
import { createLogging } from '#observability';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ekidenctl } from './ekidenctl.js';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'ekidenctl-'));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

const run = (...argv: readonly string[]) => runWith({}, ...argv);

async function runWith(env: Record<string, string>, ...argv: readonly string[]) {
  const printed: string[] = [];
  const complaints: string[] = [];
  const code = await ekidenctl({
    argv,
    env,
    print: (line) => printed.push(line),
    complain: (line) => complaints.push(line),
  });
  return { code, printed: printed.join('\n'), complaints: complaints.join('\n') };
}

const openLog = () => openSqliteEventLog({ path: join(dataDir, 'events.db'), onWarning: () => undefined });

const registered: NewEvent = {
  id: 'event-1',
  stream: 'framework',
  type: 'FrameworkRegistered',
  schema: 1,
  time: 1,
  actor: { kind: 'mesos' },
  correlationId: 'c',
  causationId: null,
  data: { frameworkId: 'fw-1', master: 'm' },
};

/** What the log knows of the framework. */
async function frameworkId(): Promise<string | undefined> {
  const log = await openLog();
  const { state } = await recoverState(log, createLogging({ level: 'error' }).logger('test'));
  await log.close();
  return state.frameworkId;
}

describe('ekidenctl', () => {
  it.each([[[]], [['--help']]])('tells its commands: %j', async (argv) => {
    const { code, printed } = await run(...argv);
    expect(code).toBe(0);
    expect(printed).toContain('framework reset');
  });

  it.each([
    [['nope', 'me', '--http_credentials', 'u:hush'], /unknown command: nope me$/m],
    [['--http_credentials', 'u:hush', 'log', 'verify'], /the command comes first/],
    [['framework', 'reset', '--yes=1'], /`--yes` takes no value/],
    [['framework', 'reset', '--nope'], /`--nope` is not a known flag/],
  ])('refuses %j', async (argv, message) => {
    const { code, complaints } = await run(...argv);
    expect(code).toBe(112);
    expect(complaints).toMatch(message);
    expect(complaints).not.toContain('hush');
  });

  it('works where a node that only serves the API runs, and tells what is wrong with its flags', async () => {
    await prepareLog();
    const env = {
      EKIDEN_ROLES: 'api',
      EKIDEN_HA: 'true',
      EKIDEN_ZK: 'zk://z/p',
      EKIDEN_KAFKA_TLS: '1',
      EKIDEN_NONSENSE: '1',
    };
    const { code, complaints } = await runWith(env, 'log', 'verify', '--data_dir', dataDir);
    expect(code).toBe(0);
    expect(complaints.split('\n')).toEqual([expect.stringMatching(/^warning: `EKIDEN_NONSENSE`/)]);
  });

  it.each([
    [['log', 'verify']],
    [['log', 'copy', '--to', 'sqlite:/dev/null/never']],
    [['framework', 'reset']],
  ])('creates no log where there is none: %j', async (argv) => {
    const missing = join(dataDir, 'missing');
    expect(await run(...argv, '--data_dir', missing)).toMatchObject({
      code: 1,
      complaints: expect.stringContaining('there is no event log at'),
    });
    expect(existsSync(missing)).toBe(false);
    await (await openLog()).close();
    expect(await run(...argv, '--data_dir', dataDir)).toMatchObject({
      code: 1,
      complaints: expect.stringContaining('the event log holds no events'),
    });
  });
});

const reset = (...flags: readonly string[]) => run('framework', 'reset', '--data_dir', dataDir, ...flags);

describe('framework reset', () => {
  it('gives the framework up only when it is told to', async () => {
    const log = await openLog();
    await log.append([registered], await log.claimEpoch());
    await log.close();
    expect((await reset('--help')).printed).toContain('--yes');
    const asked = await reset();
    expect(asked.code).toBe(1);
    expect(asked.printed).toMatch(/fw-1[^]*Add --yes/);
    expect(await frameworkId()).toBe('fw-1');
    expect((await reset('--yes')).code).toBe(0);
    expect(await frameworkId()).toBeUndefined();
    expect(await reset('--yes')).toMatchObject({
      code: 0,
      printed: expect.stringContaining('nothing to give up'),
    });
  });

  it('makes no log where there is none', async () => {
    const { code, complaints } = await reset('--yes');
    expect([code, complaints]).toEqual([1, expect.stringContaining('there is no event log at')]);
    expect(existsSync(join(dataDir, 'events.db'))).toBe(false);
  });

  it('does not touch the log of a node that runs', async () => {
    const log = await openLog();
    const { code, complaints } = await reset('--yes');
    await log.close();
    expect(code).toBe(1);
    expect(complaints).toMatch(/the event log /);
  });
});

const other = (): string => join(dataDir, 'copy', 'events.db');

async function prepareLog(): Promise<void> {
  const log = await openLog();
  await log.append([registered], await log.claimEpoch());
  await log.append(
    [{ ...registered, id: 'event-2', data: { frameworkId: 'fw-2', master: 'm' } }],
    await log.claimEpoch(),
  );
  await log.close();
}

describe('ekidenctl log copy', () => {
  it('copies events as they are, and tells that the states are equal', async () => {
    await prepareLog();
    const { code, printed } = await run('log', 'copy', '--data_dir', dataDir, '--to', `sqlite:${other()}`);
    expect([code, printed.split('\n').at(-1)]).toEqual([0, 'The copy is good.']);
    const source = await openLog();
    const copy = await openSqliteEventLog({ path: other(), onWarning: () => undefined });
    expect(await copy.read(0, 10)).toEqual(await source.read(0, 10));
    await Promise.all([source.close(), copy.close()]);
    const verified = await run('log', 'verify', '--event_log', `sqlite:${other()}`);
    expect(verified.printed).toMatch(/^Position +2\nState hash +[0-9a-f]{64}$/);
  });

  it('goes on behind what is there, and refuses a target that holds something else', async () => {
    await prepareLog();
    await run('log', 'copy', '--data_dir', dataDir, '--to', `sqlite:${other()}`);
    const again = await run('log', 'copy', '--data_dir', dataDir, '--to', `sqlite:${other()}`);
    expect([again.code, again.printed]).toEqual([0, expect.stringContaining('Going on behind position 2.')]);
    const foreign = await openSqliteEventLog({ path: other(), onWarning: () => undefined });
    await foreign.append([{ ...registered, id: 'event-x' }], await foreign.claimEpoch());
    await foreign.close();
    const log = await openLog();
    await log.append([{ ...registered, id: 'event-3' }], await log.claimEpoch());
    await log.close();
    const refused = await run('log', 'copy', '--data_dir', dataDir, '--to', `sqlite:${other()}`);
    expect([refused.code, refused.complaints]).toEqual([1, expect.stringContaining('holds another log')]);
  });

  it.each([
    [[], /`--to` is missing/],
    [['--to', 'nowhere'], /--to/],
    [['--to', 'sqlite'], /the same log/],
  ])('refuses %j', async (flags, message) => {
    const { code, complaints } = await run('log', 'copy', '--data_dir', dataDir, ...flags);
    expect(code).toBe(1);
    expect(complaints).toMatch(message);
  });
});
