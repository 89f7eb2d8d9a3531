import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LeadGate } from './lead-gate.js';

let mayAct: boolean;
let acts: string[];
let gate: LeadGate;
const pass = (name: string) =>
  gate.pass(
    () => acts.push(name),
    () => acts.push(`not ${name}`),
  );

beforeEach(() => {
  vi.useFakeTimers();
  mayAct = true;
  acts = [];
  gate = new LeadGate({ mayAct: () => mayAct }, () => acts.push('impatient'));
});
afterEach(() => {
  vi.useRealTimers();
});

describe('acts of a leader', () => {
  it('happen at once while it may act', () => {
    pass('a');
    expect(acts).toEqual(['a']);
  });

  it('wait while it may not, and happen in their order without being told', () => {
    mayAct = false;
    pass('a');
    pass('b');
    mayAct = true;
    pass('c');
    expect(acts).toEqual([]);
    vi.advanceTimersByTime(50);
    expect(acts).toEqual(['a', 'b', 'c']);
    pass('d');
    expect(acts.at(-1)).toBe('d');
  });

  it('that lead to others keep their order', () => {
    mayAct = false;
    gate.pass(() => pass('follows'));
    pass('a');
    mayAct = true;
    gate.look();
    expect(acts).toEqual(['a', 'follows']);
  });

  it('never happen once the lead is over', () => {
    mayAct = false;
    pass('a');
    gate.close();
    mayAct = true;
    pass('b');
    vi.advanceTimersByTime(10_000);
    expect(acts).toEqual(['not a', 'not b']);
  });

  it('that wait for long are told of', () => {
    mayAct = false;
    pass('a');
    vi.advanceTimersByTime(2700);
    expect(acts).toEqual([]);
    vi.advanceTimersByTime(100);
    expect(acts).toContain('impatient');
  });
});
