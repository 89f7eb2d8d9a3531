import type { Readable } from 'node:stream';

/**
 * Reads one line from whoever started this process. The input stays open after it for as long as the starter lives:
 * its end, at whatever time, is reported to `onLost`.
 */
export function readFirstLine(input: Readable, onLost: () => void): Promise<string> {
  input.setEncoding('utf8');
  input.once('end', onLost);
  input.once('error', onLost);
  return new Promise((resolve) => {
    let text = '';
    input.on('data', (chunk: string) => {
      text += chunk;
      if (chunk.includes('\n')) resolve(text.slice(0, text.indexOf('\n')));
    });
  });
}
