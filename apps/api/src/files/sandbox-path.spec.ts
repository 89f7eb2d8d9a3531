import { expect, test } from 'vitest';
import { sandboxPath } from './sandbox-path.js';

test.each([
  ['', ''],
  ['.', ''],
  ['stdout', 'stdout'],
  ['/stdout', 'stdout'],
  ['logs/', 'logs'],
  ['a/../b//c', 'b/c'],
])('%j is %j below the sandbox', (text, path) => {
  expect(sandboxPath(text)).toBe(path);
});

test.each(['..', '../stdout', 'a/../../b', '/..', 'a\0b'])('%j leads out of it', (text) => {
  expect(sandboxPath(text)).toBeUndefined();
});
