import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { CheckedApp, until } from './checked-app.fixture.js';
import { HealthChecker } from './health-checker.js';
import type { Probe, ProbeOutcome } from './probe.js';

/** The shortest interval there is: 100 ms. */
const OFTEN = { protocol: 'TCP', portIndex: 0, intervalSeconds: 0, gracePeriodSeconds: 0 };

const says = (outcome: ProbeOutcome): Probe => {
  return () => Promise.resolve(outcome);
};

describe('HealthChecker', () => {
  let app: CheckedApp;
  let checker: HealthChecker;
  const unrecorded: string[] = [];
  const probes: { readonly port: number; readonly atMs: number }[] = [];

  afterEach(async () => {
    checker.stop();
    await app.stop();
    probes.length = 0;
    unrecorded.length = 0;
  });

  const check = (probe: Probe, maxConcurrent = 256): HealthChecker => {
    checker = new HealthChecker({
      state: () => app.state,
      tell: (command) => app.harness.writer.tell(command),
      probe: (endpoint, definition) => {
        probes.push({ port: endpoint.port, atMs: performance.now() });
        return probe(endpoint, definition);
      },
      maxConcurrent,
      nowMs: () => app.harness.identity.nowMs(),
      onProbed: () => undefined,
      onUnrecordedFailure: ({ instanceId }) => unrecorded.push(instanceId),
    });
    checker.start();
    return checker;
  };

  const written = async (): Promise<string[]> =>
    (await app.harness.log.events()).map(({ type }) => type).filter((type) => type.startsWith('HealthCheck'));

  const failuresWritten = async (): Promise<number> =>
    (await written()).filter((type) => type === 'HealthCheckFailed').length;

  it('probes every instance at its own even pace, and writes down only what changes', async () => {
    app = await CheckedApp.running({ instances: 20, healthChecks: [OFTEN] });
    check(says({ healthy: true }));
    await until(() => probes.length >= 200);
    expect(app.instances.map(({ health }) => health?.[0]?.alive)).toEqual(Array(20).fill(true));
    expect(app.state.deployments.size).toBe(0);
    expect(await written()).toEqual(['HealthChecksAdded', ...Array<string>(20).fill('HealthCheckPassed')]);
    const byPort = new Map<number, number[]>();
    for (const { port, atMs } of probes) byPort.set(port, [...(byPort.get(port) ?? []), atMs]);
    expect(byPort.size).toBe(20);
    const counts = [...byPort.values()].map(({ length }) => length);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(4);
    const firsts = [...byPort.values()].map(([first = 0]) => first);
    expect(Math.max(...firsts) - Math.min(...firsts)).toBeGreaterThan(50);
  });

  it('never has two probes of a check under way, and so many in all at most', async () => {
    app = await CheckedApp.running({ instances: 6, healthChecks: [OFTEN] });
    let most = 0;
    const busy = new Set<number>();
    let overlaps = 0;
    const slow: Probe = async ({ port }) => {
      if (busy.has(port)) overlaps += 1;
      busy.add(port);
      most = Math.max(most, checker.active);
      await delay(150);
      busy.delete(port);
      return { healthy: true };
    };
    check(slow, 2);
    await until(() => probes.length >= 12);
    expect(overlaps).toBe(0);
    expect(most).toBe(2);
    expect(new Set(probes.map(({ port }) => port)).size).toBe(6);
  });

  it('counts failures up to the kill, and goes on with the next task', async () => {
    app = await CheckedApp.running({ healthChecks: [{ ...OFTEN, maxConsecutiveFailures: 2 }] });
    const first = app.instances[0]?.task?.id ?? '';
    check(says({ healthy: false, cause: 'sick' }));
    await until(() => app.harness.performed.some((e) => e.type === 'KillTask' && e.taskId === first));
    await until(() => probes.length >= 8);
    expect(await failuresWritten()).toBe(3);
    app.status(first, 'TASK_FAILED');
    await until(() => app.instances[0]?.condition === 'Failed');
    await delay(300);
    const before = probes.length;
    await delay(300);
    expect(probes.length).toBe(before);
  });

  it('writes failures that kill nobody down at each doubling, and tells of the others', async () => {
    app = await CheckedApp.running({ healthChecks: [{ ...OFTEN, maxConsecutiveFailures: 0 }] });
    const failures = 8;
    const sick = { healthy: false, cause: 'sick' } as const;
    // Nothing comes after the last one: however late the test looks, it sees the same.
    check(() => Promise.resolve(probes.length <= failures ? sick : 'discarded'));
    await until(() => app.instances[0]?.health?.[0]?.consecutiveFailures === failures);
    // What is decided is on the log a moment later.
    await until(async () => (await failuresWritten()) >= 4);
    expect(await failuresWritten()).toBe(4);
    expect(unrecorded).toEqual(Array(failures - 4).fill(app.instances[0]?.id));
  });

  it('takes a flapping check for what it is', async () => {
    app = await CheckedApp.running({ healthChecks: [{ ...OFTEN, maxConsecutiveFailures: 3 }] });
    let next = 0;
    check(() => Promise.resolve(next++ % 2 === 0 ? { healthy: true } : { healthy: false, cause: 'flap' }));
    await until(() => probes.length >= 6);
    const [, ...results] = await written();
    expect(results.slice(0, 4)).toEqual([
      'HealthCheckPassed',
      'HealthCheckFailed',
      'HealthCheckPassed',
      'HealthCheckFailed',
    ]);
  });

  it('lets a discarded answer pass for nothing', async () => {
    app = await CheckedApp.running({ healthChecks: [OFTEN] });
    check(says('discarded'));
    await until(() => probes.length >= 3);
    expect(await written()).toEqual(['HealthChecksAdded']);
  });

  it('leaves alone what Mesos checks, and stops when it is told', async () => {
    const byMesos = { ...OFTEN, protocol: 'MESOS_TCP' };
    app = await CheckedApp.running({ healthChecks: [byMesos, OFTEN] });
    check(says({ healthy: true }));
    await until(() => probes.length >= 2);
    expect(app.instances[0]?.health).toEqual([null, expect.objectContaining({ alive: true })]);
    checker.stop();
    const before = probes.length;
    await delay(400);
    expect(probes.length).toBe(before);
  });

  it('ends with the app', async () => {
    app = await CheckedApp.running({ healthChecks: [OFTEN] });
    check(says({ healthy: true }));
    await until(() => probes.length >= 1);
    await app.harness.submit({ type: 'DeleteApp', appId: '/web', force: true });
    expect(app.instances[0]?.condition).toBe('Running');
    await delay(300);
    const before = probes.length;
    await delay(300);
    expect(probes.length).toBe(before);
  });
});
