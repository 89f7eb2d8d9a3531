import type { EventLog } from './port.js';

/** What of a log is needed to find a moment on it. */
export type TimedLog = Pick<EventLog, 'head' | 'read'>;

/**
 * The last position whose event had happened at `timeMs` (epoch ms); 0 before the first. Times on a log never decrease,
 * so some twenty single reads find it in a million events.
 */
export async function positionAt(log: TimedLog, timeMs: number): Promise<number> {
  let happened = 0;
  let later = (await log.head()) + 1;
  while (later - happened > 1) {
    const middle = Math.floor((happened + later) / 2);
    const [event] = await log.read(middle - 1, 1);
    if (event !== undefined && event.time <= timeMs) happened = middle;
    else later = middle;
  }
  return happened;
}
