import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { run as runLine, ScriptedApi } from '../cli.fixture.js';

let api: ScriptedApi;
let directory: string;

beforeEach(async () => {
  api = await ScriptedApi.start();
  directory = mkdtempSync(join(tmpdir(), 'ekiden-record-'));
  vi.stubEnv('TMPDIR', directory);
});

afterEach(() => {
  vi.unstubAllEnvs();
  api.close();
  rmSync(directory, { recursive: true });
});

const run = (line: string) => runLine(line, { env: { EKIDEN_URL: api.url } });

test('a replay does not wait for a position that is still to come', async () => {
  api.answers.set('GET /ekiden/v1/status', { body: { position: 7 } });
  const { exitCode, stderr } = await run('replay --to 8');
  expect(exitCode).toBe(1);
  expect(stderr).toBe('error: position 8 lies in the future: the log is at 7\n');
});

test('a replay on a port that is taken says so, and leaves nothing behind', async () => {
  api.answers.set('GET /ekiden/v1/status', { body: { position: 0 } });
  const { exitCode, stderr } = await run(`replay --serve ${new URL(api.url).port}`);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^error: port \d+ is taken\n/);
  expect(readdirSync(directory)).toEqual([]);
});

test('an export into a directory that does not exist says so', async () => {
  api.answers.set('GET /ekiden/v1/audit/export', { body: '{"ekidenAudit":1}\n' });
  const file = join(directory, 'no', 'audit.ndjson');
  const { exitCode, stderr } = await run(`audit export -o ${file}`);
  expect(exitCode).toBe(1);
  expect(stderr).toBe(`error: ${file} cannot be written: there is no such directory\n`);
});
