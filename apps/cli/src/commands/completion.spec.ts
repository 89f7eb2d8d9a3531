import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { run } from '../cli.fixture.js';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'ekiden-completion-'));
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** What bash completes the last word to when `ekiden completion words` prints these. */
async function completed(printed: readonly string[], word: string): Promise<readonly string[]> {
  const script = join(directory, 'completion.bash');
  writeFileSync(script, (await run('completion bash')).stdout);
  const program = join(directory, 'ekiden');
  const words = printed.map((text) => `'${text}'`).join(' ');
  writeFileSync(program, `#!/bin/sh\n[ "$2" = words ] && printf '%s\\n' ${words}\n`);
  chmodSync(program, 0o755);
  const code = `source ${script}; COMP_WORDS=(${program} app get "$1"); COMP_CWORD=3; _ekiden; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const options = { cwd: directory, encoding: 'utf8' } as const;
  return execFileSync('bash', ['-c', code, 'bash', word], options).trimEnd().split('\n');
}

test('bash runs and expands nothing of what a server calls its apps', async () => {
  const hostile = '/$(touch gotcha)`touch gotcha`';
  expect(await completed([hostile, '/*', 'other'], '/')).toEqual([hostile, '/*']);
  expect(existsSync(join(directory, 'gotcha'))).toBe(false);
});

test('bash completes files where a file is wanted', async () => {
  writeFileSync(join(directory, 'my app.json'), '{}');
  expect(await completed([':file'], 'my')).toEqual(['my app.json']);
});
