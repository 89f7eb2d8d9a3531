import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Result } from '../result.js';
import type { UnversionedApp } from './app-definition.js';
import { parsed } from './definitions.fixture.js';
import { assignServicePorts, type PortsExhausted } from './service-port-assignment.js';
import { servicePortsOf } from './service-ports.js';

const range = { min: 10000, max: 10003 };

function appWith(...ports: number[]): UnversionedApp {
  return {
    ...parsed({ id: 'a', cmd: 'sleep 1' }),
    portDefinitions: ports.map((port) => ({ port, protocol: 'tcp' })),
  };
}

function assign(
  app: UnversionedApp,
  used: readonly number[],
  predecessor?: UnversionedApp,
): Result<UnversionedApp, PortsExhausted> {
  return assignServicePorts({ app, predecessor, isUsed: (port) => used.includes(port), range });
}

function portsOf(result: Result<UnversionedApp, PortsExhausted>): readonly number[] | string {
  return result.ok ? servicePortsOf(result.value) : result.error.message;
}

describe('service ports', () => {
  it.each([
    ['lowest free first', [0, 0], [10001], undefined, [10000, 10002]],
    ['explicit ones are kept, in and out of the pool', [80, 0, 10000], [], undefined, [80, 10001, 10000]],
    ['explicit ones may clash', [10001], [10001], undefined, [10001]],
    ['re-posting zeros keeps the numbers', [0, 0], [10001, 10003], [10003, 10001], [10003, 10001]],
    ['numbers outside the pool are not taken over', [0], [80], [80], [10000]],
    [
      'numbers claimed explicitly are not taken over',
      [0, 10001],
      [10001, 10002],
      [10001, 10002],
      [10002, 10001],
    ],
    ['both ends belong to the pool', [0], [10000, 10001, 10002], undefined, [10003]],
    [
      'an exhausted pool',
      [0],
      [10000, 10001, 10002, 10003],
      undefined,
      'All ports in the range [10000-10003) are already in use',
    ],
  ])('%s', (...[, ports, used, predecessor, expected]) => {
    expect(portsOf(assign(appWith(...ports), used, predecessor && appWith(...predecessor)))).toEqual(
      expected,
    );
  });

  it('counts the mappings of other networking', () => {
    const app = parsed({ id: 'a', cmd: 'sleep 1', networks: [{ mode: 'container/bridge' }] });
    const assigned = assign(app, []);
    expect(assigned).toMatchObject({
      value: { container: { portMappings: [{ servicePort: 10000, hostPort: 0 }] } },
    });
    expect(app.container?.portMappings?.[0]?.servicePort).toBe(0);
  });

  it('gives the app itself back when nothing is open', () => {
    const app = appWith(80);
    expect(assign(app, [])).toEqual({ ok: true, value: app });
  });

  it('never hands out a number twice or one in use, with a hint or without', () => {
    const pool = fc.integer({ min: 9999, max: 10020 });
    fc.assert(
      fc.property(fc.array(fc.constantFrom(0, 0, 80, 10004)), fc.uniqueArray(pool), (slots, used) => {
        const request = {
          app: appWith(...slots),
          isUsed: (port: number) => used.includes(port),
          range: { min: 10000, max: 10020 },
        };
        const plain = assignServicePorts(request);
        const hinted = assignServicePorts({
          ...request,
          firstUnusedFrom: (port) => nextFree(port, used),
        });
        expect(hinted).toEqual(plain);
        if (!plain.ok) return;
        const given = servicePortsOf(plain.value).filter((_, index) => slots[index] === 0);
        expect(new Set(given).size).toBe(given.length);
        expect(given.filter((port) => used.includes(port) || (slots as number[]).includes(port))).toEqual([]);
      }),
    );
  });
});

function nextFree(port: number, used: readonly number[]): number {
  return used.includes(port) ? nextFree(port + 1, used) : port;
}
