import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sleepingApp } from './support/app-definitions.js';
import { EkidenProcess, projectRoot } from './support/ekiden-process.js';
import { eventually } from './support/eventually.js';
import { Site } from './support/site.js';

const outcome = async (process: EkidenProcess) => {
  const { code } = await process.exited;
  return { code, stdout: process.stdout, stderr: process.stderr };
};

/** What the program does with its command line and its surroundings, before it serves anything. */
describe('starting Ekiden', () => {
  let site: Site;

  beforeEach(async () => {
    site = await Site.create();
  });

  afterEach(() => site?.dispose());

  test('--help shows the flags with their defaults', async () => {
    const { code, stdout, stderr } = await outcome(EkidenProcess.run(['--help']));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('Usage: npm start -- [--flag value]');
    expect(stdout).toMatch(/--http_port PORT\n.*\(default: 8080\)/);
    for (const flag of ['data_dir', 'master', 'keep_tasks', 'framework_name']) expect(stdout).toContain(flag);
  });

  test('--version prints the version of the package', async () => {
    const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as {
      version: string;
    };
    expect(await outcome(EkidenProcess.run(['--version']))).toEqual({
      code: 0,
      stdout: `ekiden ${version}\n`,
      stderr: '',
    });
  });

  test.each([
    { args: ['--http_prot', '80'], says: /`--http_prot` is not a known flag: did you mean --http_port\?/ },
    { args: ['--http_port', 'eighty'], says: /http_port/ },
    { args: ['--http_port'], says: /http_port/ },
    { args: ['--http_port', '1', '--http_port', '2'], says: /http_port/ },
    { args: ['stray'], says: /stray/ },
  ])('refuses $args with code 112 and says why', async ({ args, says }) => {
    const { code, stdout, stderr } = await outcome(EkidenProcess.run(args));
    expect({ code, stdout }).toEqual({ code: 112, stdout: '' });
    expect(stderr).toMatch(says);
  });

  test('--check_config only checks', async () => {
    const good = await outcome(site.run('--check_config'));
    expect(good).toEqual({ code: 0, stdout: 'The configuration is valid.\n', stderr: '' });
    const bad = await outcome(site.run('--check_config', '--framwork_name', 'x'));
    expect(bad.code).toBe(112);
    expect(bad.stderr).toContain('did you mean --framework_name?');
  });

  test('both spellings of a flag and environment variables are understood', async () => {
    const ekiden = EkidenProcess.run(
      ['--data-dir', site.dataDir, `--http-port=${site.port}`, '--framework-name', 'spelled'],
      { MARATHON_DECLINE_OFFER_DURATION: '7000', EKIDEN_MESOS_ROLE: 'tests' },
    );
    try {
      expect(await ekiden.ready()).toBe(site.api.url);
      const info = await site.api.get('/v2/info');
      expect(info.body['marathon_config']).toMatchObject({
        framework_name: 'spelled',
        mesos_role: 'tests',
        decline_offer_duration: 7000,
      });
    } finally {
      await ekiden.stop();
    }
  });

  test('a port in use ends the start with code 111 and names it', async () => {
    const occupant = createServer();
    await new Promise<void>((resolve) => {
      occupant.listen(site.port, '127.0.0.1', resolve);
    });
    try {
      const process = site.run();
      expect(await process.exited).toEqual({ code: 111, signal: null });
      expect(process.output).toContain(`127.0.0.1:${site.port} is in use by another program`);
    } finally {
      await new Promise((resolve) => {
        occupant.close(resolve);
      });
    }
  });

  test('a second Ekiden on the same data directory ends with code 100; the first goes on', async () => {
    await site.start();
    const second = site.run();
    expect(await second.exited).toEqual({ code: 100, signal: null });
    expect(second.output).toContain(site.dataDir);
    expect(second.output).toMatch(/another process|already|in use|locked/);
    await site.api.createApp({ id: 'still-here', cmd: 'true', instances: 0 });
  });

  test('Ctrl-C stops it with code 0', async () => {
    const ekiden = await site.start();
    process.kill(ekiden.pid, 'SIGINT');
    expect(await ekiden.exited).toEqual({ code: 0, signal: null });
    expect(ekiden.output).toContain('Ekiden has stopped');
  });

  test('insisting on Ctrl-C ends it at once, without waiting for its tasks', async () => {
    const ekiden = await site.start();
    const stubborn = { cmd: "trap '' TERM; while true; do sleep 0.1; done", taskKillGracePeriodSeconds: 300 };
    await site.api.createApp(sleepingApp('stubborn', stubborn));
    await site.api.running('/stubborn', 1);
    process.kill(ekiden.pid, 'SIGINT');
    await ekiden.wrote(/its tasks are being ended/);
    await eventually(() => {
      if (ekiden.isRunning) process.kill(ekiden.pid, 'SIGINT');
      return !ekiden.isRunning;
    });
    expect(await ekiden.exited).toEqual({ code: 1, signal: null });
    expect(ekiden.output).toContain('ended at once');
  });

  test('it says where the API is, where data lies and what to try first', async () => {
    const ekiden = await site.start();
    expect(ekiden.stdout).toContain(site.api.url);
    expect(ekiden.stdout).toContain(site.dataDir);
    expect(ekiden.stdout).toContain('curl -X POST');
    expect((await site.api.get('/ping')).text).toBe('pong');
  });
});
