import { describe, expect, it } from 'vitest';
import { LineReader } from './lines.js';

describe('LineReader', () => {
  it('puts records together wherever the stream is cut', () => {
    const bytes = Buffer.from('{"a":"grüße"}\n{"b":"€"}\n{"c"');
    for (let cut = 1; cut < bytes.length; cut++) {
      const records: unknown[] = [];
      const reader = new LineReader((record) => records.push(record));
      reader.push(bytes.subarray(0, cut));
      reader.push(bytes.subarray(cut));
      expect(records).toEqual([{ a: 'grüße' }, { b: '€' }]);
    }
  });
});
