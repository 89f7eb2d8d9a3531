import http from 'node:http';
import https from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';

/** The server says something every 10 s; when it has been silent for so long, the connection is dead. */
const SILENCE_MS = 30_000;

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 5000;

/**
 * Follows `/ekiden/v1/stream` of a server for ever: whenever the connection ends, another one goes on where the last
 * complete event left off. `take(event)` gets every event once and in order.
 *
 * @param base address of the server, `http://127.0.0.1:8080`, with user and password if it wants them.
 * @param position of the last event that was taken before; 0 for none.
 */
export async function follow(base, position, take) {
  let waitMs = FIRST_WAIT_MS;
  let last = position;
  for (;;) {
    try {
      const response = await request(new URL(`/ekiden/v1/stream?since=${last}`, base));
      waitMs = FIRST_WAIT_MS;
      await readLines(response, (line) => {
        const event = JSON.parse(line);
        if (event.position !== last + 1) throw new Error(`position ${event.position} came behind ${last}`);
        take(event);
        last = event.position;
      });
    } catch (error) {
      process.stderr.write(`${error.message}; going on behind position ${last}\n`);
    }
    await delay(waitMs);
    waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS);
  }
}

function request(url) {
  return new Promise((resolve, reject) => {
    const { get } = url.protocol === 'https:' ? https : http;
    const sent = get(url, { headers: { accept: 'application/x-ndjson' }, agent: false });
    sent.setTimeout(SILENCE_MS, () => sent.destroy(new Error('the server is silent')));
    sent.on('error', reject);
    sent.once('response', (response) => {
      if (response.statusCode === 200) return resolve(response);
      sent.destroy();
      reject(new Error(`the server answered ${response.statusCode}`));
    });
  });
}

/** Reads lines until the stream ends. A line that was cut off in the middle is dropped: it comes again. */
function readLines(response, take) {
  return new Promise((resolve, reject) => {
    let rest = '';
    response.setEncoding('utf8').on('data', (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop();
      try {
        for (const line of lines) if (line !== '') take(line);
      } catch (error) {
        reject(error);
        response.destroy();
      }
    });
    response.on('error', reject);
    response.once('close', () => resolve());
  });
}
