import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StoredEvent } from '../port.js';
import type { BatchMark } from './killed-writer.fixture.js';
import { openSqliteEventLog } from './open-sqlite-event-log.js';
import { temporaryFolder } from './temporary-folder.fixture.js';

const KILLS = 6;
const modules = fileURLToPath(new URL('../../../../node_modules', import.meta.url));

/**
 * Makes the writer a script that plain Node can run, with the program of its writing thread beside it; both lie below
 * node_modules, so that they find their packages.
 */
async function buildWriter(outDir: string): Promise<string> {
  writeFileSync(join(outDir, 'package.json'), JSON.stringify({ type: 'module' }));
  await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      ssr: true,
      outDir,
      emptyOutDir: false,
      rollupOptions: {
        input: {
          writer: fileURLToPath(new URL('killed-writer.fixture.ts', import.meta.url)),
          'thread-main': fileURLToPath(new URL('writing/thread-main.ts', import.meta.url)),
        },
        output: { entryFileNames: '[name].js' },
      },
    },
  });
  return join(outDir, 'writer.js');
}

/** Runs a writer, kills it in the middle of its work and returns the lines it got out. */
async function runAndKill(script: string, path: string, confirmations: number): Promise<readonly string[]> {
  const child = spawn(process.execPath, [script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (output.split('\n').length > confirmations) child.kill('SIGKILL');
  });
  await once(child, 'close');
  expect(child.signalCode).toBe('SIGKILL');
  return output.split('\n').slice(0, -1);
}

function expectWholeBatches(events: readonly StoredEvent[]): void {
  const counts = new Map<string, number>();
  for (const [index, { position, data }] of events.entries()) {
    expect(position).toBe(index + 1);
    const { batch } = data as BatchMark;
    counts.set(batch, (counts.get(batch) ?? 0) + 1);
  }
  for (const { data } of events) {
    const { batch, size } = data as BatchMark;
    expect(counts.get(batch)).toBe(size);
  }
}

describe('a writer killed with SIGKILL', () => {
  let outDir: string;
  let script: string;

  beforeAll(async () => {
    const parent = join(modules, '.ekiden-tests');
    mkdirSync(parent, { recursive: true });
    outDir = mkdtempSync(join(parent, 'writer-'));
    script = await buildWriter(outDir);
  }, 60_000);
  afterAll(() => rmSync(outDir, { recursive: true, force: true }));

  it('has lost nothing it confirmed, and left no half batch and no gap', { timeout: 60_000 }, async () => {
    const folder = temporaryFolder();
    const path = join(folder.path, 'events.db');
    const confirmed: string[] = [];
    for (let kill = 1; kill <= KILLS; kill += 1) {
      confirmed.push(...(await runAndKill(script, path, 37 * kill)));
      const log = await openSqliteEventLog({ path, onWarning: () => undefined });
      const events = await log.read(0, 1_000_000);
      await log.close();
      expectWholeBatches(events);
      for (const line of confirmed) {
        const [batch, , first] = line.split(' ');
        expect(events[Number(first) - 1]?.data).toMatchObject({ batch });
      }
    }
    expect(confirmed.length).toBeGreaterThan(KILLS * 37);
    folder.remove();
  });
});
