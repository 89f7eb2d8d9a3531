import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { readText } from './read-text.js';

/** Reads as an agent does: by bytes, and what is no text in UTF-8 is replaced. */
const agentWith = (content: Buffer) => ({
  read: (_path: string, offset: number, length: number) => {
    if (offset === -1) return Promise.resolve({ data: '', offset: content.length });
    const end = offset + Math.min(length, 65_536);
    return Promise.resolve({ data: content.subarray(offset, end).toString('utf8'), offset });
  },
});

test('reads over several answers of the agent', async () => {
  const content = Buffer.from('0123456789'.repeat(20_000));
  expect(await readText(agentWith(content), 'stdout', { offset: 5, length: 150_000 })).toEqual({
    data: content.subarray(5, 150_005).toString(),
    offset: 5,
    length: 150_000,
    size: 200_000,
  });
});

test('gives nothing at or behind the end', async () => {
  const read = await readText(agentWith(Buffer.from('abc')), 'stdout', { offset: 7, length: 10 });
  expect(read).toEqual({ data: '', offset: 7, length: 0, size: 3 });
});

test('never cuts a character, wherever reads end', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: 'binary', maxLength: 200 }).map((text) => text.replaceAll('\uFFFD', '')),
      fc.integer({ min: 4, max: 40 }),
      async (text, length) => {
        const agent = agentWith(Buffer.from(text));
        let [read, offset] = ['', 0];
        for (;;) {
          const portion = await readText(agent, 'stdout', { offset, length });
          if (portion.length === 0) break;
          read += portion.data;
          offset += portion.length;
        }
        expect(read).toBe(text);
      },
    ),
  );
});

test('hands on what is no text at all', async () => {
  const read = await readText(agentWith(Buffer.from([0xff, 0xfe, 0xff])), 'core', { offset: 0, length: 3 });
  expect(read).toMatchObject({ length: 3, size: 3 });
});
