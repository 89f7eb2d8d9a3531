import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from './support/eventually.js';
import { Site } from './support/site.js';

/** Small, with a shell and a web server; whoever tests without a registry names one that is there. */
const IMAGE = process.env['EKIDEN_TEST_IMAGE'] ?? 'busybox:1';

/** Calls the engine where agents look for it. */
function docker(...args: readonly string[]): { readonly succeeded: boolean; readonly output: string } {
  const words = ['-H', 'unix:///var/run/docker.sock', ...args];
  const { status, stdout, stderr, error } = spawnSync('docker', words, { encoding: 'utf8', timeout: 60_000 });
  return { succeeded: status === 0, output: error?.message ?? (status === 0 ? stdout : stderr).trim() };
}

const hasEngine = ((): boolean => {
  const { succeeded, output } = docker('version', '--format', '{{.Server.Version}}');
  if (succeeded) return true;
  const message = `TESTS AGAINST A DOCKER ENGINE CANNOT RUN: ${output}`;
  // An engine is no part of what the tests can set up; where there must be one, say so.
  if (process.env['EKIDEN_TEST_ENGINE'] === 'required') throw new Error(message);
  process.stderr.write(`\n*** ${message} ***\n\n`);
  return false;
})();

const containersOf = (taskId: string): string[] => {
  const filter = `label=ekiden.task=${taskId}`;
  return docker('ps', '--filter', filter, '--format', '{{.Names}}').output.split('\n').filter(Boolean);
};

describe.skipIf(!hasEngine)('a docker engine', () => {
  let site: Site;

  beforeAll(async () => {
    site = await Site.start();
  });
  afterAll(() => site?.dispose());

  test.each(['DOCKER', 'MESOS'])('serves a page from the sandbox of a %s container', async (type) => {
    const id = `/page-${type.toLowerCase()}`;
    const page = `<p>${type}</p>`;
    await site.api.createApp({
      id,
      cmd: `cd $MESOS_SANDBOX && echo '${page}' > index.html && exec httpd -f -p 8000`,
      cpus: 0.1,
      mem: 32,
      container: { type, docker: { image: IMAGE }, portMappings: [{ containerPort: 8000, hostPort: 0 }] },
      networks: [{ mode: 'container/bridge' }],
      taskKillGracePeriodSeconds: 1,
    });
    const [task] = (await site.api.running(id, 1)).tasks;
    expect(task!.ipAddresses[0]?.ipAddress).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
    expect(task!.ipAddresses[0]?.ipAddress).not.toBe('127.0.0.1');
    const text = await eventually(async () => {
      const response = await fetch(`http://127.0.0.1:${task!.ports[0]}/`);
      return response.text();
    });
    expect(text).toBe(`${page}\n`);

    expect(containersOf(task!.id)).toHaveLength(1);
    await site.api.delete(`/v2/apps${id}`);
    await site.api.settled();
    await eventually(() => containersOf(task!.id).length === 0);
  });

  test('is asked about the health of its containers, from outside and inside', async () => {
    const rhythm = { gracePeriodSeconds: 60, intervalSeconds: 1, timeoutSeconds: 5, delaySeconds: 0 };
    const checks = {
      http: { protocol: 'MESOS_HTTP', path: '/', portIndex: 0 },
      tcp: { protocol: 'MESOS_TCP', portIndex: 0 },
      exec: { protocol: 'COMMAND', command: { value: 'test -f "$MESOS_SANDBOX/index.html"' } },
    };
    for (const [name, check] of Object.entries(checks)) {
      const id = `/checked-${name}`;
      await site.api.createApp({
        id,
        cmd: 'cd $MESOS_SANDBOX && echo ok > index.html && exec httpd -f -p 8000',
        cpus: 0.1,
        mem: 32,
        container: {
          type: 'DOCKER',
          docker: { image: IMAGE },
          portMappings: [{ containerPort: 8000, hostPort: 0 }],
        },
        networks: [{ mode: 'container/bridge' }],
        healthChecks: [{ ...check, ...rhythm }],
        taskKillGracePeriodSeconds: 1,
      });
      await eventually(async () => {
        const { app } = (await site.api.get<{ app: { tasksHealthy: number } }>(`/v2/apps${id}`)).body;
        expect(app.tasksHealthy).toBe(1);
        return true;
      });
      await site.api.delete(`/v2/apps${id}`);
    }
  });

  test('tells the exit status of a container', async () => {
    const container = { type: 'DOCKER', docker: { image: IMAGE } };
    await site.api.createApp({ id: 'exits', cmd: 'exit 9', mem: 32, container, backoffSeconds: 3600 });
    const failure = await eventually(async () => (await site.api.app('/exits')).lastTaskFailure);
    expect(failure.message).toBe('Container exited with status 9');
  });
});
