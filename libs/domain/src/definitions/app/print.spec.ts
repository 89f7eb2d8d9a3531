import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { parsed, printOf, stored } from './definitions.fixture.js';

const surroundings = { mesosRole: 'prod', features: ['secrets', 'external_volumes', 'gpu_resources'] };

const text = fc.string({ minLength: 1, maxLength: 12, unit: 'binary' });
const labels = fc.dictionary(fc.string({ maxLength: 6 }), text, { maxKeys: 3 });
const seconds = fc.nat(1_000_000);
const amount = fc.double({ min: 0, max: 1e6, noNaN: true });
const port = fc.nat(65535);
const share = fc.double({ min: 0, max: 1, noNaN: true });

const ports = fc.uniqueArray(port, { maxLength: 4 }).chain((numbers) =>
  fc.tuple(
    ...numbers.map((number, index) =>
      fc.record(
        {
          port: fc.constant(number),
          name: fc.constant(`port-${index}`),
          protocol: fc.constantFrom('tcp', 'UDP', 'udp,tcp'),
          labels,
        },
        { requiredKeys: ['port'] },
      ),
    ),
  ),
);

const networking = fc.oneof(
  fc.record({ portDefinitions: ports, requirePorts: fc.boolean() }),
  fc.record({ ports: fc.uniqueArray(port, { maxLength: 3 }) }),
  fc.record({
    networks: fc.constantFrom(
      [{ mode: 'container/bridge' }],
      [{ mode: 'container', name: 'n', labels: { a: 'b' } }],
    ),
    container: fc.record({
      type: fc.constant('MESOS'),
      docker: fc.record({ image: text, forcePullImage: fc.boolean() }),
      portMappings: fc.array(
        fc.record(
          { containerPort: port, hostPort: port, servicePort: port, labels },
          { requiredKeys: ['containerPort'] },
        ),
        { maxLength: 3 },
      ),
    }),
  }),
);

const body = fc
  .tuple(
    fc.record(
      {
        args: fc.array(text, { minLength: 1, maxLength: 3 }),
        user: text,
        env: fc.dictionary(text, text, { maxKeys: 3 }),
        instances: fc.nat(1000),
        cpus: amount,
        mem: amount,
        disk: amount,
        gpus: fc.nat(4),
        labels,
        constraints: fc.constantFrom(
          [],
          [['@hostname', 'unique']],
          [
            ['rack', 'GROUP_BY', '3'],
            ['os', 'LIKE', 'l.*'],
          ],
        ),
        acceptedResourceRoles: fc.constantFrom(['*'], ['prod', '*']),
        executor: fc.constantFrom('', '//cmd', '/usr/bin/x'),
        executorResources: fc.record({ cpus: amount }, { requiredKeys: [] }),
        dependencies: fc.constantFrom([], ['db', '/x/y']),
        backoffSeconds: seconds,
        maxLaunchDelaySeconds: seconds,
        taskKillGracePeriodSeconds: seconds,
        upgradeStrategy: fc.record({ minimumHealthCapacity: share, maximumOverCapacity: share }),
        unreachableStrategy: fc.constantFrom('disabled', { inactiveAfterSeconds: 1, expungeAfterSeconds: 2 }),
        killSelection: fc.constantFrom('YOUNGEST_FIRST', 'oldest_first'),
        fetch: fc.constantFrom([], [{ uri: 'http://x/y', destPath: 'z' }]),
        healthChecks: fc.constantFrom(
          [],
          [{ port: 80, path: '/' }],
          [
            { protocol: 'COMMAND', command: { value: 'x' } },
            { protocol: 'MESOS_TCP', port: 1 },
          ],
        ),
        check: fc.constantFrom({ http: { port: 80 } }, { exec: { command: { shell: 'x' } } }),
        tty: fc.boolean(),
        secrets: fc.constant({ s: { source: 'x' } }),
      },
      { requiredKeys: ['args'] },
    ),
    networking,
  )
  .map(([keys, network]) => ({ id: '/x/app', ...keys, ...network }));

it('prints what reads back as the same app', () => {
  fc.assert(
    fc.property(body, (json) => {
      const app = stored(json, surroundings);
      const printed: unknown = JSON.parse(JSON.stringify(printOf(app)));
      const again = parsed(printed, surroundings);
      expect({ ...again, version: app.version, versionInfo: app.versionInfo }).toEqual(
        JSON.parse(JSON.stringify(app)),
      );
    }),
  );
});

it('reads back volumes, resident apps included', () => {
  const json = {
    id: '/db',
    cmd: 'run',
    container: {
      type: 'MESOS',
      volumes: [
        { containerPath: 'data', mode: 'RW', persistent: { size: 10, maxSize: 20, type: 'mount' } },
        { containerPath: '/x', hostPath: '/y', mode: 'RO' },
        { containerPath: 's', secret: 'k' },
        {
          containerPath: '/v',
          mode: 'RW',
          external: { name: 'v', provider: 'dvdi', options: { 'dvdi/driver': 'x' } },
        },
      ],
    },
    secrets: { k: { source: 'x' } },
  };
  const app = stored(json, surroundings);
  const printed = printOf(app);
  expect(printed['residency']).toEqual({
    relaunchEscalationTimeoutSeconds: 3600,
    taskLostBehavior: 'WAIT_FOREVER',
  });
  expect(parsed(printed, surroundings)).toEqual({ ...app, version: undefined, versionInfo: undefined });
});

it('leaves out what is empty, except the collections that are always shown', () => {
  const printed = printOf(stored({ id: 'a', cmd: 'sleep 1', portDefinitions: [] }));
  expect(printed).toMatchObject({ labels: {}, portDefinitions: [] });
  for (const key of [
    'args',
    'env',
    'fetch',
    'constraints',
    'secrets',
    'acceptedResourceRoles',
    'container',
    'user',
  ]) {
    expect(printed).not.toHaveProperty(key);
  }
  const withoutInfo = printOf(stored({ id: 'a', cmd: 'sleep 1' }), { withoutVersionInfo: true });
  expect(withoutInfo).not.toHaveProperty('versionInfo');
});
