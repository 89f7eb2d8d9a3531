import { describe, expect, it } from 'vitest';
import { LineWriter, type WriteBytes } from './line-writer.js';

type Outcome = 'all' | number | string;

/** An output that answers each write with the next outcome: all bytes, so many bytes, or an error; then all. */
function output(...outcomes: Outcome[]): { readonly written: () => string; readonly writer: LineWriter } {
  let text = '';
  const writeBytes: WriteBytes = (bytes, done) => {
    const outcome = outcomes.shift() ?? 'all';
    const count = outcome === 'all' ? bytes.length : typeof outcome === 'number' ? outcome : 0;
    text += Buffer.from(bytes.subarray(0, count)).toString();
    const isError = typeof outcome === 'string' && outcome !== 'all';
    setImmediate(() => done(isError ? Object.assign(new Error(outcome), { code: outcome }) : null, count));
  };
  return { written: () => text, writer: new LineWriter(writeBytes, (dropped) => `lost ${dropped}\n`) };
}

describe('LineWriter', () => {
  it('keeps the order, also when the output takes little at a time or nothing for a while', async () => {
    const { written, writer } = output(3, 'EAGAIN', 1);
    writer.write('first\n');
    writer.write('second\n');
    await new Promise((resolve) => setImmediate(resolve));
    writer.write('third\n');
    await writer.flush(5000);
    expect(written()).toBe('first\nsecond\nthird\n');
  });

  it.each(['ENOSPC', 'EPIPE', 'EIO'])(
    'goes on after %s and says how many lines are missing',
    async (code) => {
      const { written, writer } = output(code, code);
      writer.write('a\n');
      writer.write('b\n');
      await writer.flush(5000);
      writer.write('c\n');
      await writer.flush(5000);
      writer.write('d\n');
      writer.write('e\n');
      await writer.flush(5000);
      writer.write('f\n');
      await writer.flush(5000);
      expect(written()).toBe('lost 3\nd\ne\nf\n');
    },
  );

  it('does not wait for ever for a reader that takes nothing', async () => {
    const writer = new LineWriter(() => undefined, String);
    writer.write('x\n');
    await expect(writer.flush(1)).resolves.toBeUndefined();
  });

  it('drops lines rather than filling the memory', async () => {
    let release: (() => void) | undefined;
    const sizes: number[] = [];
    const writeBytes: WriteBytes = (bytes, done) => {
      sizes.push(bytes.length);
      if (release === undefined) release = () => done(null, bytes.length);
      else done(null, bytes.length);
    };
    const writer = new LineWriter(writeBytes, (dropped) => `lost ${dropped}\n`);
    writer.write('stuck\n');
    await new Promise((resolve) => setImmediate(resolve));
    const megabyte = 'x'.repeat(1024 * 1024);
    for (let line = 0; line < 20; line++) writer.write(megabyte);
    release?.();
    await writer.flush(5000);
    expect(sizes).toEqual([6, 16 * megabyte.length + 'lost 4\n'.length]);
  });
});
