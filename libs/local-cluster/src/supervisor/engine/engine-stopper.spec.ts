import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EngineStopper } from './engine-stopper.js';

let directory: string;
let stopper: EngineStopper;

/** A client that writes its calls down and then does what the script says. */
function clientThat(script: string): void {
  const path = join(directory, 'client');
  writeFileSync(path, `#!/bin/sh\necho "$*" >> '${directory}/calls'\n${script}\n`);
  chmodSync(path, 0o755);
  const environment = { PATH: process.env['PATH'] ?? '' };
  stopper = new EngineStopper({ client: [path, '-H', 'engine'], name: 'box' }, environment);
}

const calls = (): string[] => {
  const path = join(directory, 'calls');
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
};
/** The calls, as soon as there are that many. */
const callsOnce = (count: number): Promise<string[]> =>
  vi.waitFor(() => {
    if (calls().length < count) throw new Error(`only ${calls().length} calls`);
    return calls().map((call) => call.replace('-H engine ', ''));
  }, 5_000);

describe('ending a container of an engine', () => {
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'ekiden-stopper-'));
  });
  afterEach(() => {
    vi.useRealTimers();
    stopper.cancel();
    rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  });

  it('is asked for in whole seconds, none less than granted', async () => {
    clientThat('exit 0');
    stopper.stop(1_200);
    expect(await callsOnce(1)).toEqual(['stop -t 2 box']);
  });

  it('is asked for again while the container is not there yet', async () => {
    clientThat(`[ $(wc -l < '${directory}/calls') -ge 3 ]`);
    stopper.stop(1_000);
    expect(await callsOnce(3)).toEqual(['stop -t 1 box', 'stop -t 1 box', 'stop -t 1 box']);
  });

  it('is insisted on although a stop hangs, once at a time', async () => {
    clientThat('exec sleep 60');
    stopper.stop(60_000);
    expect(await callsOnce(1)).toEqual(['stop -t 60 box']);
    stopper.kill();
    stopper.kill();
    stopper.stop(1_000);
    expect(await callsOnce(2)).toEqual(['stop -t 60 box', 'kill box']);
  });

  it('is insisted on when a stop takes ten seconds more than its grace period', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    clientThat('exec sleep 60');
    stopper.stop(2_000);
    expect(await callsOnce(1)).toEqual(['stop -t 2 box']);
    vi.advanceTimersByTime(12_000);
    expect(await callsOnce(2)).toEqual(['stop -t 2 box', 'kill box']);
    vi.advanceTimersByTime(10_000);
    expect(await callsOnce(3)).toEqual(['stop -t 2 box', 'kill box', 'kill box']);
  });

  it('is asked for once when only remains are to be ended', async () => {
    clientThat('exit 1');
    stopper.killRemains();
    await callsOnce(1);
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(await callsOnce(1)).toEqual(['kill box']);
  });

  it('is not tried any more once the container has ended', async () => {
    clientThat('exit 1');
    stopper.stop(1_000);
    expect(await callsOnce(1)).toEqual(['stop -t 1 box']);
    stopper.cancel();
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(await callsOnce(1)).toEqual(['stop -t 1 box']);
  });
});
