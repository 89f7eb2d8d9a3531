import { describe, expect, it } from 'vitest';
import { helpText } from './help-text.js';

const short = helpText({ all: false, columns: 80 });
const long = helpText({ all: true, columns: 80 });

describe('--help', () => {
  it.each([
    /^ {2}--http_port PORT$/m,
    /^ {2}--\[disable_\]checkpoint$/m,
    /^ {2}--keep_tasks$/m,
    /^ {2}--gpu_scheduling_behavior restricted\|unrestricted$/m,
    /\(default: 127\.0\.0\.1\)/,
    /0\.0\.0\.0 opens/,
    /--help-all/,
  ])('shows %s', (text) => {
    expect(short).toMatch(text);
  });

  it.each([
    ['hidden flags', '--kill_chunk_size'],
    ['flags of later versions', '--backup_location'],
    ['flags without effect', 'store_cache'],
    ['older flags', 'max_tasks_per_offer'],
  ])('leaves out %s, which --help-all shows', (_, name) => {
    expect(short).not.toContain(name);
    expect(long).toContain(name);
  });

  it('marks what --help-all adds', () => {
    expect(long).toMatch(/--backup_location TEXT\n {4}\[not in this version\]/);
    expect(long).toMatch(/--\[disable_\]store_cache\n {4}\[ignored\]/);
    expect(long).toMatch(/--kill_chunk_size N\n {4}\[hidden\]/);
  });

  it.each([40, 80, 120])('breaks descriptions to %d columns', (columns) => {
    const descriptions = helpText({ all: true, columns })
      .split('\n')
      .filter((line) => line.startsWith('    ') && line.trim().includes(' '));
    const tooLong = descriptions.filter((line) => line.length > columns && line.trim().split(' ').length > 1);
    expect(tooLong).toEqual([]);
  });
});
