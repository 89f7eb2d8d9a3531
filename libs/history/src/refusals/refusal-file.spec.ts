import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NewRefusal } from '../port.js';
import { KEPT_MS, KEPT_REFUSALS, RefusalFile } from './refusal-file.js';

const NOW_MS = Date.UTC(2026, 5, 1);

let folder: string;
let path: string;
let file: RefusalFile;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ekiden-refusals-'));
  path = join(folder, 'below', 'refused.db');
  file = new RefusalFile(path, () => NOW_MS);
});
afterEach(() => {
  file.close();
  rmSync(folder, { recursive: true });
});

const refusal = (members: Partial<NewRefusal> = {}): NewRefusal => ({
  time: NOW_MS - 1000,
  actor: { kind: 'user', name: 'ada', address: '192.0.2.7' },
  method: 'PUT',
  path: '/v2/apps/shop/web',
  subject: 'app:/shop/web',
  command: 'PutApp',
  status: 422,
  reason: 'Object is not valid',
  body: Buffer.from('{"secret":"hunter2"}'),
  ...members,
});

const paths = (query: Partial<Parameters<RefusalFile['list']>[0]>): string[] =>
  file.list({ limit: 100, ...query }).map((kept) => kept.path);

describe('refused commands', () => {
  it('are kept with the hash of their body, which is not kept', () => {
    file.add([refusal()]);
    file.close();
    const payloadHash = createHash('sha256').update('{"secret":"hunter2"}').digest('hex');
    expect(readFileSync(path).toString('latin1')).not.toContain('hunter2');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    file = new RefusalFile(path, () => NOW_MS);
    const { body: _, ...kept } = refusal();
    expect(file.list({ limit: 10 })).toEqual([{ ...kept, id: 1, payloadHash }]);
  });

  it.each([
    [{}, ['/3', '/2', '/1']],
    [{ order: 'asc' as const }, ['/1', '/2', '/3']],
    [{ limit: 2 }, ['/3', '/2']],
    [{ behind: 3 }, ['/2', '/1']],
    [{ order: 'asc' as const, behind: 1 }, ['/2', '/3']],
    [{ app: '/shop/web' }, ['/1']],
    [{ group: '/shop' }, ['/2', '/1']],
    [{ group: '/sho' }, []],
    [{ group: '/' }, ['/2', '/1']],
    [{ actor: 'bob' }, ['/3']],
    [{ actor: '192.0.2.7' }, ['/2', '/1']],
    [{ fromMs: NOW_MS - 500 }, ['/3']],
    [{ toMs: NOW_MS - 500 }, ['/2', '/1']],
  ])('are found by %j', (query, expected) => {
    file.add([
      refusal({ path: '/1' }),
      refusal({ path: '/2', subject: 'group:/shop' }),
      refusal({ path: '/3', time: NOW_MS, actor: { kind: 'user', name: 'bob' }, subject: null as never }),
    ]);
    expect(paths(query)).toEqual(expected);
  });

  it('go after 30 days', () => {
    file.add([refusal({ path: '/old', time: NOW_MS - KEPT_MS - 1 }), refusal({ path: '/new' })]);
    expect(paths({})).toEqual(['/new']);
    file.close();
    file = new RefusalFile(path, () => NOW_MS);
    file.close();
    file = new RefusalFile(path, () => NOW_MS - KEPT_MS);
    expect(paths({})).toEqual(['/new']);
  });

  it('do not fill the disk: the oldest go first, and texts are cut', () => {
    const many = Array.from({ length: KEPT_REFUSALS / 10 }, () => refusal());
    file.add([refusal({ path: '/first' })]);
    for (let round = 0; round < 10; round += 1) file.add(many);
    file.add([refusal({ path: `/${'x'.repeat(5000)}` })]);
    expect(file.list({ limit: 1, order: 'asc' })[0]?.path).not.toBe('/first');
    expect(paths({ limit: 1 })[0]).toHaveLength(2001);
  });

  it('begin anew in a file that cannot be read', () => {
    file.close();
    writeFileSync(path, 'no database');
    file = new RefusalFile(path, () => NOW_MS);
    expect(paths({})).toEqual([]);
  });
});
