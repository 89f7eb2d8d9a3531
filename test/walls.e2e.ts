import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ScratchTree } from './support/scratch-tree.js';

/** The walls of ADR 0001 stand only as long as somebody runs against them now and then. */
describe('the walls between the parts', () => {
  let tree: ScratchTree;

  beforeAll(() => {
    tree = new ScratchTree();
  });

  afterAll(() => tree?.remove());

  afterEach(() => tree?.removeBreaches());

  test('the sources as they are pass every check', () => {
    for (const { passed, output } of [
      tree.compile('libs/domain'),
      tree.lint('libs/domain/src/index.ts'),
      tree.cruise(),
    ]) {
      expect(passed, output).toBe(true);
    }
  });

  test('the domain cannot import another part', () => {
    tree.addBreach('libs/domain/src/breach-of-import.ts', "export { openSqliteEventLog } from '#event-log';");
    const compiled = tree.compile('libs/domain');
    expect(compiled.passed).toBe(false);
    expect(compiled.output).toMatch(/breach-of-import\.ts\(\d+,\d+\): error TS6307/);
    const cruised = tree.cruise();
    expect(cruised.passed).toBe(false);
    expect(cruised.output).toMatch(/domain-is-alone.*breach-of-import/);
  });

  test('the domain knows nothing of Node', () => {
    tree.addBreach('libs/domain/src/breach-of-purity.ts', "export { readFileSync } from 'node:fs';");
    expect(tree.compile('libs/domain').output).toMatch(/breach-of-purity\.ts\(\d+,\d+\): error TS/);
    expect(tree.cruise().output).toMatch(/domain-is-pure.*breach-of-purity/);
  });

  test.each([
    { what: 'clock', line: 'export const nowMs = (): number => Date.now();', says: 'no clock' },
    { what: 'randomness', line: 'export const dice = (): number => Math.random();', says: 'no randomness' },
  ])('the domain has no $what', ({ what, line, says }) => {
    const file = `libs/domain/src/breach-of-${what}.ts`;
    tree.addBreach(file, line);
    const linted = tree.lint(file);
    expect(linted.passed).toBe(false);
    expect(linted.output).toContain(says);
  });

  test('the API cannot reach into the scheduler', () => {
    tree.addBreach('apps/api/src/breach-of-roles.ts', "export { Scheduler } from '#scheduler';");
    const cruised = tree.cruise();
    expect(cruised.passed).toBe(false);
    expect(cruised.output).toMatch(/api-walls.*breach-of-roles/);
    expect(tree.compile('apps/api').output).toMatch(/breach-of-roles\.ts\(\d+,\d+\): error TS6307/);
  });

  test('a part is entered through its index only', () => {
    tree.addBreach(
      'apps/scheduler/src/breach-of-door.ts',
      "export * from '../../../libs/mesos/src/recordio/record-decoder.js';",
    );
    const cruised = tree.cruise();
    expect(cruised.passed).toBe(false);
    expect(cruised.output).toMatch(/only-through-the-door.*breach-of-door/);
  });
});
