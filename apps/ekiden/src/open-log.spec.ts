import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Configuration } from '#configuration';
import { createLogging } from '#observability';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openEventLog } from './open-log.js';

describe('the data directory that is made for the log', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'ekiden-data-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const modeFor = async (master: 'local' | 'urls'): Promise<number> => {
    const dataDir = join(directory, 'above', 'data');
    const configuration = {
      eventLog: { kind: 'sqlite' },
      dataDir,
      master: { kind: master },
    } as Configuration;
    const log = await openEventLog(configuration, {
      logger: createLogging({ level: 'error' }).logger('log'),
      node: 'n:1',
      mayWrite: () => true,
      onLost: () => undefined,
    });
    await log.close();
    return statSync(dataDir).mode & 0o777;
  };

  it("is its owner's alone", async () => {
    expect(await modeFor('urls')).toBe(0o700);
    expect(statSync(join(directory, 'above')).mode & 0o777).toBe(0o777 & ~process.umask());
  });

  it.runIf(process.getuid?.() === 0)('lets tasks of other users through to their sandboxes', async () => {
    expect(await modeFor('local')).toBe(0o711);
  });
});
