/**
 * Subscribers of the benchmark `stream`, as many as there are to be, in a process of their own:
 * `stream-clients.js PORT PATH COUNT`. They note which position arrived when, and read on.
 */
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { LONGEST_MS, sharedClockMs, STEPS_PER_MS, type Count, type Counted } from './stream-messages.js';

/** Connections that are made at the same time. */
const CONNECTING = 100;

/** How long the last deliveries may take. */
const PATIENCE_MS = 15_000;

const [port, path = '', subscriberCount] = process.argv.slice(2);
const buffer = Buffer.allocUnsafe(256 * 1024);

class Subscriber {
  /** Positions, in the order in which they came, and when they came. */
  readonly positions: number[] = [];
  readonly arrivedMs: number[] = [];
  isCut = false;
  private rest = '';
  private opened: () => void = () => undefined;

  open(): Promise<void> {
    const socket: Socket = connect({
      port: Number(port),
      host: '127.0.0.1',
      onread: {
        buffer,
        callback: (length) => {
          this.read(length);
          return true;
        },
      },
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.isCut = true;
    });
    socket.write(`GET ${path} HTTP/1.1\r\nHost: bench\r\nAccept: text/event-stream\r\n\r\n`);
    return new Promise((resolve) => {
      this.opened = resolve;
    });
  }

  private read(length: number): void {
    const nowMs = sharedClockMs();
    const text = this.rest + buffer.toString('latin1', 0, length);
    let from = 0;
    for (;;) {
      const start = text.indexOf('\nid: ', from);
      if (start < 0) break;
      const end = text.indexOf('\r', start);
      if (end < 0) break;
      this.positions.push(Number(text.slice(start + 5, end)));
      this.arrivedMs.push(nowMs);
      from = end;
    }
    this.rest = text.slice(Math.max(from, text.lastIndexOf('\n')));
    this.opened();
  }
}

const subscribers = Array.from({ length: Number(subscriberCount) }, () => new Subscriber());
for (let from = 0; from < subscribers.length; from += CONNECTING) {
  await Promise.all(subscribers.slice(from, from + CONNECTING).map((subscriber) => subscriber.open()));
}
process.on('message', (count: Count) => void answer(count));
process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => process.exit(0));
process.send?.('connected');

async function answer({ first, committedMs }: Count): Promise<void> {
  const last = first + committedMs.length - 1;
  const endMs = sharedClockMs() + PATIENCE_MS;
  const isThrough = ({ positions, isCut }: Subscriber): boolean => isCut || positions.at(-1) === last;
  while (!subscribers.every(isThrough) && sharedClockMs() < endMs) await delay(50);
  process.send?.(counted({ first, committedMs }));
}

function counted({ first, committedMs }: Count): Counted {
  const latencies = Array.from({ length: LONGEST_MS * STEPS_PER_MS + 1 }, () => 0);
  let arrived = 0;
  for (const { positions, arrivedMs } of subscribers) {
    let next = first;
    for (const [index, position] of positions.entries()) {
      if (position < first) continue;
      if (position !== next) break;
      next += 1;
      arrived += 1;
      const tookMs = (arrivedMs[index] ?? 0) - (committedMs[position - first] ?? 0);
      const step = Math.min(latencies.length - 1, Math.max(0, Math.ceil(tookMs * STEPS_PER_MS)));
      latencies[step] = (latencies[step] ?? 0) + 1;
    }
  }
  const cut = subscribers.filter(({ isCut }) => isCut).length;
  return { due: subscribers.length * committedMs.length, arrived, cut, latencies };
}
