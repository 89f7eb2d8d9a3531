import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { openHistory } from '../open-history.js';
import { Story } from '../story.fixture.js';
import { CHAIN_BEGIN, chained, endLine, headLine, withHash } from './audit-line.js';
import { linesOf } from './lines-of.js';
import { AuditVerifier, verifyAudit, type AuditVerdict } from './verify-audit.js';

const LINE_FEED = 0x0a;

/** An export as the API writes it. */
async function exported(story: Story, from: number, to: number): Promise<Buffer> {
  const history = openHistory(story.log, ':memory:');
  let at = await history.auditDigest(from - 1);
  const parts = [`${headLine({ from, to, previousHash: at.hash })}\n`];
  while (at.position < to) {
    const { text, upTo } = await history.auditPortion(at, to);
    parts.push(Buffer.from(text).toString());
    at = upTo;
  }
  parts.push(`${endLine({ events: to - from + 1, last: to, hash: at.hash })}\n`);
  await history.close();
  return Buffer.from(parts.join(''));
}

async function verify(bytes: Uint8Array): Promise<AuditVerdict> {
  const verifier = new AuditVerifier();
  for await (const line of linesOf([bytes])) verifier.line(line);
  return verifier.end();
}

let story: Story;
let whole: Buffer;
let lines: string[];
let head: number;

beforeAll(async () => {
  story = await Story.begin();
  await story.create('/shop/web', { instances: 3, env: { GREETING: 'grüß \uFFFD 日本' } });
  await story.run();
  await story.update('/shop/web', { instances: 1 });
  await story.run();
  head = await story.log.head();
  whole = await exported(story, 1, head);
  lines = whole.toString().trimEnd().split('\n');
});

describe('an exported audit', () => {
  it('is proven whole and untouched', async () => {
    const verdict = await verify(whole);
    expect(verdict).toMatchObject({ ok: true, from: 1, to: head, events: head, previousHash: CHAIN_BEGIN });
  });

  it('comes to the same chain in one piece and in two', async () => {
    const [first, second] = [await exported(story, 1, 9), await exported(story, 10, head)];
    const [one, other, all] = [await verify(first), await verify(second), await verify(whole)];
    expect(one).toMatchObject({ ok: true, events: 9 });
    expect(other).toMatchObject({ ok: true, previousHash: (one as { hash: string }).hash });
    expect(other).toMatchObject({ hash: (all as { hash: string }).hash });
  });

  it('may be empty', async () => {
    expect(await verify(await exported(story, head + 1, head))).toMatchObject({ ok: true, events: 0 });
  });

  it('fails at the line in which any single byte was changed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: whole.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        async (at, difference) => {
          const changed = Buffer.from(whole);
          changed[at] = (whole[at] as number) ^ difference;
          const line = 1 + whole.subarray(0, at).filter((byte) => byte === LINE_FEED).length;
          expect(await verify(changed)).toMatchObject({ ok: false, line });
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('fails where a character that stands for unreadable bytes is replaced by unreadable bytes', async () => {
    const changed = Buffer.from(whole);
    const at = changed.indexOf(Buffer.from('\uFFFD'));
    changed[at] = 0xf0;
    expect(changed.toString()).toBe(whole.toString());
    expect(await verify(changed)).toMatchObject({ ok: false });
  });

  it.each<[string, (lines: string[]) => string[], object]>([
    ['a missing event', (all) => all.toSpliced(4, 1), { line: 5, position: 4, expected: 4, found: 5 }],
    [
      'a doubled event',
      (all) => all.toSpliced(4, 0, all[3]!),
      { line: 5, position: 4, expected: 4, found: 3 },
    ],
    ['two events in the wrong order', (all) => all.with(4, all[5]!).with(5, all[4]!), { line: 5, found: 5 }],
    ['no end', (all) => all.slice(0, -1), { problem: 'the end is missing' }],
    ['nothing but the first line', (all) => all.slice(0, 1), { line: 2, position: 1 }],
    ['nothing at all', () => [], { line: 1, problem: 'the end is missing', expected: 'the first line' }],
    ['an end too early', (all) => [...all.slice(0, 6), all.at(-1)!], { line: 7, position: 6 }],
    ['a line behind the end', (all) => [...all, all.at(-1)!], { problem: 'there is a line behind the end' }],
    ['no first line', (all) => all.slice(1), { line: 1 }],
    ['another text', () => ['hello'], { line: 1, problem: 'the line is no JSON object' }],
  ])('fails with %s', (_, change, finding) => {
    expect(verifyAudit(change(lines))).toMatchObject({ ok: false, ...finding });
  });

  it('fails with a wrong count at the end', () => {
    const changed = lines.at(-1)!.replace(`"events":${head}`, `"events":${head - 1}`);
    expect(verifyAudit([...lines.slice(0, -1), changed])).toMatchObject({ ok: false, line: lines.length });
  });

  it('that was forged as a whole has another digest', () => {
    let hash = CHAIN_BEGIN;
    const forged = lines.slice(1, -1).map((line) => {
      const text = `${line.replace(/,"hash":"\w+"\}$/, '')}}`.replace('"ada"', '"eve"');
      hash = chained(hash, text);
      return withHash(text, hash);
    });
    const verdict = verifyAudit([lines[0]!, ...forged, endLine({ events: head, last: head, hash })]);
    expect(verdict).toMatchObject({ ok: true, hash });
    expect(verdict).not.toMatchObject({ hash: (verifyAudit(lines) as { hash: string }).hash });
  });
});
