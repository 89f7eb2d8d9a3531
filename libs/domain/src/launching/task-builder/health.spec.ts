import { describe, expect, it } from 'vitest';
import type { AppDefinition, Check, HealthCheck } from '../../definitions/app/app-definition.js';
import { bridge, build, definition, mapped, mapping } from './task-template.fixture.js';

const healthCheck = (changes: Partial<HealthCheck>): HealthCheck => ({
  protocol: 'MESOS_HTTP',
  ipProtocol: 'IPv4',
  gracePeriodSeconds: 300,
  intervalSeconds: 60,
  timeoutSeconds: 20,
  maxConsecutiveFailures: 3,
  delaySeconds: 15,
  ...changes,
});

const check = (changes: Partial<Check>): Check => ({
  intervalSeconds: 60,
  timeoutSeconds: 20,
  delaySeconds: 15,
  ...changes,
});

const TIMING = { delay_seconds: 15, interval_seconds: 60, timeout_seconds: 20 };
const HEALTH_TIMING = { ...TIMING, consecutive_failures: 3, grace_period_seconds: 300 };

const onHost = { portDefinitions: [definition(0), definition(0)] };
const bridged = mapped([mapping(80), mapping(0)], bridge);

const builtWith = (app: Partial<AppDefinition>, hostPorts: (number | undefined)[] = [31_000, 31_001]) =>
  build(app, { slot: { hostPorts } });

describe('health checks that the executor runs (spec/scheduling.md §5.5)', () => {
  it.each<[string, Partial<AppDefinition>, Partial<HealthCheck>, object]>([
    [
      'HTTP on the host',
      onHost,
      { path: '/health', portIndex: 1 },
      { type: 'HTTP', http: { protocol: 'IPv4', scheme: 'http', port: 31_001, path: '/health' } },
    ],
    [
      'HTTPS inside a container',
      bridged,
      { protocol: 'MESOS_HTTPS', portIndex: 0 },
      { type: 'HTTP', http: { protocol: 'IPv4', scheme: 'https', port: 80, path: '/' } },
    ],
    [
      'a container port that is the host port',
      bridged,
      { protocol: 'MESOS_TCP', portIndex: 1 },
      { type: 'TCP', tcp: { protocol: 'IPv4', port: 31_001 } },
    ],
    [
      'a given port, over IPv6',
      onHost,
      { protocol: 'MESOS_TCP', port: 8080, ipProtocol: 'IPv6' },
      { type: 'TCP', tcp: { protocol: 'IPv6', port: 8080 } },
    ],
    [
      'a command',
      onHost,
      { protocol: 'COMMAND', command: { value: 'true' } },
      { type: 'COMMAND', command: { shell: true, value: 'true' } },
    ],
  ])('%s', (_, app, changes, expected) => {
    const { health_check } = builtWith({ ...app, healthChecks: [healthCheck(changes)] });
    expect(health_check).toEqual({ ...HEALTH_TIMING, ...expected });
  });

  it('are left out when Ekiden runs them, or when their port is not known', () => {
    const byEkiden = (['HTTP', 'HTTPS', 'TCP'] as const).map((protocol) => healthCheck({ protocol }));
    expect(builtWith({ ...onHost, healthChecks: byEkiden })).not.toHaveProperty('health_check');
    const unknown = mapped([mapping(0)], bridge);
    expect(builtWith({ ...unknown, healthChecks: [healthCheck({})] }, [undefined])).not.toHaveProperty(
      'health_check',
    );
  });

  it('are one at most', () => {
    const commands = ['first', 'second'].map((value) =>
      healthCheck({ protocol: 'COMMAND', command: { value } }),
    );
    expect(builtWith({ healthChecks: commands }).health_check?.command?.value).toBe('first');
  });
});

describe('the general check', () => {
  it.each<[Partial<Check>, object]>([
    [
      { http: { portIndex: 0, scheme: 'HTTP', path: '/x' } },
      { type: 'HTTP', http: { port: 31_000, path: '/x' } },
    ],
    [{ http: { port: 9, scheme: 'HTTP' } }, { type: 'HTTP', http: { port: 9 } }],
    [{ tcp: { portIndex: 1 } }, { type: 'TCP', tcp: { port: 31_001 } }],
    [
      { exec: { command: { shell: 'test -e x' } } },
      { type: 'COMMAND', command: { command: { shell: true, value: 'test -e x' } } },
    ],
  ])('%j', (changes, expected) => {
    const built = builtWith({ ...onHost, check: check(changes) });
    expect(built.check).toEqual({ ...TIMING, ...expected });
    expect(built).not.toHaveProperty('health_check');
  });
});
