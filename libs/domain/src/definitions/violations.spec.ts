import { describe, expect, it } from 'vitest';
import { Violations } from './violations.js';

describe('Violations', () => {
  it('tells of so many places and no more, but all texts of those', () => {
    const violations = new Violations();
    for (let index = 0; index < 5000; index++) violations.add(`/args(${index})`, 'error.expected.jsstring');
    violations.add('/args(0)', 'another');
    const list = violations.list();
    expect(list).toHaveLength(1000);
    expect(list[0]).toEqual({ path: '/args(0)', errors: ['error.expected.jsstring', 'another'] });
  });
});
