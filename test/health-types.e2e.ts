import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { selfSigned } from '../libs/local-cluster/src/supervisor/checks/tls.fixture.js';
import type { AppView } from './support/api-client.js';
import { eventually } from './support/eventually.js';
import { EventStream } from './support/event-stream.js';
import { Site, temporaryDirectory } from './support/site.js';

interface CheckedApp extends AppView {
  readonly tasksHealthy: number;
  readonly tasksUnhealthy: number;
}

/**
 * A service whose health is the content of the file `HEALTH`: `200`, `503`, or nothing at all, which closes its port.
 * With `TLS` it speaks HTTPS.
 */
const SERVER = `
const { readFileSync } = require('node:fs');
const { HEALTH, PORT0, TLS } = process.env;
const status = () => readFileSync(HEALTH, 'utf8').trim();
const answer = (request, response) => {
  response.setHeader('connection', 'close');
  response.writeHead(Number(status() || 503)).end();
};
const server = TLS === undefined
  ? require('node:http').createServer(answer)
  : require('node:https').createServer(
      { key: readFileSync(TLS + '/key.pem'), cert: readFileSync(TLS + '/cert.pem') }, answer);
let isOpen = false;
setInterval(() => {
  const shouldBeOpen = status() !== '';
  if (shouldBeOpen === isOpen) return;
  isOpen = shouldBeOpen;
  if (isOpen) server.listen(Number(PORT0), '127.0.0.1');
  else server.close();
}, 20);
`;

/** The service may take its time to open its port; a failure counts once it was well. */
const RHYTHM = { gracePeriodSeconds: 20, intervalSeconds: 1, timeoutSeconds: 5, delaySeconds: 0 };

interface CheckType {
  readonly check: Readonly<Record<string, unknown>>;
  /** Content of the health file of a sick service. */
  readonly sick: string;
  readonly usesTls?: boolean;
}

const http = (protocol: string) => ({ protocol, path: '/health', portIndex: 0 });

const TYPES: Readonly<Record<string, CheckType>> = {
  HTTP: { check: http('HTTP'), sick: '503' },
  HTTPS: { check: http('HTTPS'), sick: '503', usesTls: true },
  TCP: { check: { protocol: 'TCP', portIndex: 0 }, sick: '' },
  COMMAND: { check: { protocol: 'COMMAND', command: { value: 'grep -q 200 "$HEALTH"' } }, sick: '503' },
  MESOS_HTTP: { check: http('MESOS_HTTP'), sick: '503' },
  MESOS_HTTPS: { check: http('MESOS_HTTPS'), sick: '503', usesTls: true },
  MESOS_TCP: { check: { protocol: 'MESOS_TCP', portIndex: 0 }, sick: '' },
};

const idOf = (name: string, suffix: string) => `${name.toLowerCase().replace('_', '-')}-${suffix}`;

describe('health checks of every type', () => {
  let site: Site;
  let events: EventStream;
  let directory: string;

  beforeAll(async () => {
    directory = temporaryDirectory();
    mkdirSync(join(directory, 'tls'));
    writeFileSync(join(directory, 'server.cjs'), SERVER);
    writeFileSync(join(directory, 'tls', 'key.pem'), selfSigned.key);
    writeFileSync(join(directory, 'tls', 'cert.pem'), selfSigned.cert);
    site = await Site.start();
    events = await EventStream.open(site.api.url);
  });

  afterAll(async () => {
    await events?.close();
    await site?.dispose();
    rmSync(directory, { recursive: true, force: true });
  });

  const setHealth = (id: string, content: string) => writeFileSync(join(directory, id), content);

  const create = (id: string, { check, usesTls = false }: CheckType, maxConsecutiveFailures: number) =>
    site.api.createApp({
      id,
      cmd: `exec '${process.execPath}' '${join(directory, 'server.cjs')}'`,
      cpus: 0.1,
      mem: 32,
      backoffSeconds: 0,
      env: { HEALTH: join(directory, id), ...(usesTls ? { TLS: join(directory, 'tls') } : {}) },
      healthChecks: [{ ...check, ...RHYTHM, maxConsecutiveFailures }],
    });

  const whenCounts = (id: string, counts: Partial<CheckedApp>) =>
    eventually(
      async () => {
        const answer = await site.api.get<{ app: CheckedApp }>(`/v2/apps/${id}`);
        expect(answer.body.app).toMatchObject(counts);
        return answer.body.app;
      },
      { what: `${id}: ${JSON.stringify(counts)}` },
    );

  test.each(Object.entries(TYPES))('%s: passing, then failing: killed and replaced', async (name, type) => {
    const id = idOf(name, 'sick');
    setHealth(id, '200');
    await create(id, type, 1);
    const { tasks } = await whenCounts(id, { tasksHealthy: 1, tasksUnhealthy: 0 });
    setHealth(id, type.sick);
    await eventually(
      async () => (await site.api.app(`/${id}`)).tasks.every((task) => task.id !== tasks[0]!.id),
      { what: `the end of the sick task of ${id}` },
    );
    setHealth(id, '200');
    const healed = await whenCounts(id, { tasksHealthy: 1, tasksUnhealthy: 0 });
    expect(healed.tasks.map((task) => task.id)).not.toContain(tasks[0]!.id);
    await site.api.delete(`/v2/apps/${id}?force=true`);
  });

  test.each(Object.entries(TYPES))(
    '%s: flapping below the limit: sick and well again, not killed',
    async (name, type) => {
      const id = idOf(name, 'flapping');
      setHealth(id, '200');
      await create(id, type, 1000);
      const { tasks } = await whenCounts(id, { tasksHealthy: 1, tasksUnhealthy: 0 });
      for (let turn = 1; turn <= 2; turn++) {
        setHealth(id, type.sick);
        await whenCounts(id, { tasksHealthy: 0, tasksUnhealthy: 1 });
        setHealth(id, '200');
        await whenCounts(id, { tasksHealthy: 1, tasksUnhealthy: 0 });
      }
      expect((await site.api.app(`/${id}`)).tasks.map((task) => task.id)).toEqual(
        tasks.map((task) => task.id),
      );
      const told = events
        .ofType('health_status_changed_event')
        .filter(({ data }) => data['appId'] === `/${id}`)
        .map(({ data }) => data['alive']);
      expect(told).toEqual([true, false, true, false, true]);
      await site.api.delete(`/v2/apps/${id}?force=true`);
    },
  );
});
