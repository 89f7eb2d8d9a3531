import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ScratchTree } from './support/scratch-tree.js';

/** The walls of ADR 0001 stand only as long as somebody runs against them now and then. */
describe('the walls between the parts', () => {
  let tree: ScratchTree;

  beforeAll(() => {
    tree = new ScratchTree();
  });

  afterAll(() => tree?.remove());

  /** Breaks a rule in a file of its own, so that the breaches of other tests stay out of its outcome. */
  const breach = (file: string, line: string): string => {
    tree.append(file, line);
    return file;
  };

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
    breach('libs/domain/src/breach-of-import.ts', "export { openSqliteEventLog } from '#event-log';");
    const compiled = tree.compile('libs/domain');
    expect(compiled.passed).toBe(false);
    expect(compiled.output).toMatch(/breach-of-import\.ts.*error TS|error TS6307/s);
    const cruised = tree.cruise();
    expect(cruised.passed).toBe(false);
    expect(cruised.output).toMatch(/domain-is-alone.*breach-of-import/);
  });

  test('the domain knows nothing of Node', () => {
    breach('libs/domain/src/breach-of-purity.ts', "export { readFileSync } from 'node:fs';");
    expect(tree.compile('libs/domain').output).toMatch(/breach-of-purity\.ts\(\d+,\d+\): error TS/);
    expect(tree.cruise().output).toMatch(/domain-is-pure.*breach-of-purity/);
  });

  test.each([
    { what: 'clock', line: 'export const nowMs = (): number => Date.now();', says: 'no clock' },
    { what: 'randomness', line: 'export const dice = (): number => Math.random();', says: 'no randomness' },
  ])('the domain has no $what', ({ what, line, says }) => {
    const linted = tree.lint(breach(`libs/domain/src/breach-of-${what}.ts`, line));
    expect(linted.passed).toBe(false);
    expect(linted.output).toContain(says);
  });

  test('the API cannot reach into the scheduler', () => {
    breach('apps/api/src/breach-of-roles.ts', "export { Scheduler } from '#scheduler';");
    const cruised = tree.cruise();
    expect(cruised.passed).toBe(false);
    expect(cruised.output).toMatch(/api-walls.*breach-of-roles/);
    expect(tree.compile('apps/api').output).toMatch(/breach-of-roles\.ts|TS6307/);
  });

  test('a part is entered through its index only', () => {
    breach(
      'apps/scheduler/src/breach-of-door.ts',
      "export * from '../../../libs/mesos/src/framing/record-io.js';",
    );
    const cruised = tree.cruise();
    expect(cruised.passed).toBe(false);
    expect(cruised.output).toMatch(/breach-of-door/);
  });
});
