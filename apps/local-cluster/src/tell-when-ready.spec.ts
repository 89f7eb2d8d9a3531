import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { readCommandLine } from './command-line.js';
import { tellWhenReady } from './tell-when-ready.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const ZK = ['--zk', 'zk://u:hush@h1,h2:1/mesos', '--zk_session_timeout', '2secs'];

/** What is told until the cluster is ready, which it is after so many milliseconds, and then. */
async function told(readyAfterMs: number, ...argv: readonly string[]): Promise<string[]> {
  const read = readCommandLine(argv);
  if (!read.ok || read.action !== 'start') throw new Error(JSON.stringify(read));
  const lines: string[] = [];
  const logger = {
    warn: (_: object, message: string) => lines.push(`warning: ${message}`),
  } as unknown as Parameters<typeof tellWhenReady>[2]['logger'];
  const ready = new Promise<void>((resolve) => setTimeout(resolve, readyAfterMs));
  const print = (text: string) => lines.push(text.trim());
  const done = tellWhenReady(read.plan, { ready }, { logger, print, banner: 'ready' });
  await vi.advanceTimersByTimeAsync(10_000);
  await done;
  return lines;
}

it('a cluster of one process is ready at once', async () => {
  expect(await told(0)).toEqual(['ready']);
});

it.each([
  [['--role', 'master', ...ZK], 'ZooKeeper (h1:2181,h2:1)'],
  [['--role', 'agent', ...ZK], 'ZooKeeper (h1:2181,h2:1) and a master that leads'],
  [['--role', 'agent', '--master', 'm1,m2:1'], 'a master that leads (m1:5050,m2:1)'],
])('parts say what they wait for: %j', async (argv, awaited) => {
  const waiting = `The local cluster has started; waiting for ${awaited}.`;
  expect(await told(1000, ...argv)).toEqual([waiting, 'ready']);
});

it('and warn when that does not come', async () => {
  expect(await told(3000, '--role', 'master', ...ZK)).toEqual([
    expect.stringContaining('waiting for ZooKeeper'),
    'warning: still waiting for ZooKeeper (h1:2181,h2:1)',
    'ready',
  ]);
});
