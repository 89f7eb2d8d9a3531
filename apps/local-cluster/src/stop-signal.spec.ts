import { Writable } from 'node:stream';
import { createLogging } from '#observability';
import { afterEach, expect, it, vi } from 'vitest';
import { stopSignal } from './stop-signal.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const destination = new Writable({ write: (_chunk, _encoding, done) => done() });

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

it('the first Ctrl-C stops, a second one ends the process, and one that comes twice does not', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const before = SIGNALS.map((signal) => process.listeners(signal));
  const exit = vi.spyOn(process, 'exit').mockImplementation((() => undefined) as never);
  const signalled = stopSignal(createLogging({ level: 'error', destination, isTerminal: false }));
  process.emit('SIGINT');
  process.emit('SIGINT');
  expect(await signalled).toBe('SIGINT');
  expect(exit).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1000);
  process.emit('SIGINT');
  await vi.waitFor(() => expect(exit).toHaveBeenCalledWith(1));
  for (const [index, signal] of SIGNALS.entries())
    for (const listener of process.listeners(signal))
      if (!before[index]?.includes(listener)) process.removeListener(signal, listener);
});
