import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { damagedBy, someDamage } from '../../../test/support/fuzz/bytes.js';
import { fuzz } from '../../../test/support/fuzz/fuzz.js';
import { anyText, longText } from '../../../test/support/fuzz/texts.js';
import { headLine, endLine, CHAIN_BEGIN } from './audit/audit-line.js';
import { linesOf } from './audit/lines-of.js';
import { AuditVerifier, verifyAudit } from './audit/verify-audit.js';
import { IndexFile } from './indexing/index-file.js';
import { openHistory } from './open-history.js';
import { Story } from './story.fixture.js';

let folder: string;
let audit: Buffer;
let index: Buffer;
let opened = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fuzz-history-'));
  const story = await Story.begin();
  await story.create('/shop/web', { instances: 2 });
  await story.run();
  const path = join(folder, 'whole.history');
  const history = openHistory(story.log, ':memory:');
  const head = await story.log.head();
  const { text, upTo } = await history.auditPortion(await history.auditDigest(0), head);
  const begin = headLine({ from: 1, to: head, previousHash: CHAIN_BEGIN });
  const end = endLine({ events: head, last: head, hash: upTo.hash });
  audit = Buffer.from(`${begin}\n${Buffer.from(text).toString()}${end}\n`);
  await history.close();
  const file = IndexFile.create(path);
  file.add({
    places: new Map([
      [1, [1, 2, 3]],
      [2, [2]],
    ]),
    begun: new Map([['deployment', 1]]),
    ended: new Set(),
    checkpoints: [{ position: 2, hash: upTo.hash }],
    upTo: { position: 3, eventId: 'event-3', hash: upTo.hash },
  });
  file.close();
  index = readFileSync(path);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('an exported audit', () => {
  fuzz('that was changed in any way is found out', { input: someDamage(3), runs: 400 }, async (damage) => {
    const bytes = damagedBy(audit, damage);
    const verifier = new AuditVerifier();
    for await (const line of linesOf([bytes])) verifier.line(line);
    const verdict = verifier.end();
    if (verdict.ok) expect(bytes.toString().trimEnd()).toBe(audit.toString().trimEnd());
    else expect([typeof verdict.line, typeof verdict.problem]).toEqual(['number', 'string']);
  });

  fuzz('may be any text', { input: anyText(200), runs: 200 }, (text) => {
    expect(verifyAudit(text.split('\n')).ok).toBe(false);
  });

  fuzz('may have long lines', { input: longText(1 << 18), runs: 10 }, async (text) => {
    const bytes = Buffer.from(text);
    const pieces = Array.from({ length: Math.ceil(bytes.length / 4096) }, (_, at) =>
      bytes.subarray(at * 4096, (at + 1) * 4096),
    );
    const verifier = new AuditVerifier();
    for await (const line of linesOf(pieces)) verifier.line(line);
    expect(verifier.end().ok).toBe(false);
  });
});

fuzz(
  'a damaged index is replaced, read or an error',
  { input: someDamage(4), runs: 60, cpuMs: 3000 },
  (damage) => {
    // A name of its own: what SQLite knows of a file may outlive its connection.
    const path = join(folder, `damaged-${(opened += 1)}.history`);
    writeFileSync(path, damagedBy(index, damage));
    const file = IndexFile.open(path);
    try {
      file.upTo();
      file.running();
      file.checkpointBefore(100);
      file.slices([1, 2], { from: 0, to: 10, descending: true, limit: 5 });
    } catch (error) {
      expect(error).toBeInstanceOf(Error);
    } finally {
      file.close();
      for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
    }
  },
);
