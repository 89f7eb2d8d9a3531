import { describe, expect, it } from 'vitest';
import { SupervisorLog } from './supervisor-log.js';

const now = (): Date => new Date(0);
const line = (message: string, fields: object = {}): string =>
  `${JSON.stringify({ time: now().toISOString(), message, ...fields })}\n`;

/** A log on a disk with `room` for so many bytes. */
class SmallDisk {
  text = '';
  room = Infinity;
  readonly log = new SupervisorLog((text) => {
    if (this.room === 0) throw Object.assign(new Error('full'), { code: 'ENOSPC' });
    const written = text.slice(0, this.room);
    this.text += written;
    this.room -= written.length;
    return written.length;
  }, now);
}

describe('SupervisorLog', () => {
  it('goes on after a full disk and says how much is missing', () => {
    const disk = new SmallDisk();
    disk.log.write('before', { n: 1 });
    disk.room = 0;
    disk.log.write('lost', {});
    disk.log.write('lost, too', {});
    disk.room = Infinity;
    disk.log.write('after', {});
    expect(disk.text).toBe(
      line('before', { n: 1 }) + line('the log could not be written', { lostLines: 2 }) + line('after'),
    );
  });

  it('begins a new line after one that was cut off', () => {
    const disk = new SmallDisk();
    disk.room = 5;
    disk.log.write('cut off', {});
    disk.room = Infinity;
    disk.log.write('after', {});
    const [torn, ...whole] = disk.text.split('\n');
    expect(torn).toBe(line('cut off').slice(0, 5));
    expect(whole.join('\n')).toBe(line('the log could not be written', { lostLines: 1 }) + line('after'));
  });
});
