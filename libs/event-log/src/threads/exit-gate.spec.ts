import { describe, expect, it } from 'vitest';
import { ExitGate } from './exit-gate.js';

const fail = (): never => {
  throw new Error('no');
};

describe('a gate before the exit', () => {
  it('shuts at once while nobody is inside', () => {
    const gate = new ExitGate();
    expect(gate.pass(() => 7)).toBe(7);
    gate.shut(60_000);
  });

  it('does not wait for ever for somebody inside', () => {
    const gate = new ExitGate();
    const startedMs = performance.now();
    gate.pass(() => new ExitGate(gate.memory).shut(20));
    expect(performance.now() - startedMs).toBeLessThan(10_000);
  });

  it('opens again when the work fails', () => {
    const gate = new ExitGate();
    expect(() => gate.pass(fail)).toThrow('no');
    gate.shut(60_000);
  });

  it('guards all that an object does', () => {
    const gate = new ExitGate();
    class Counter {
      #count = 0;
      step(by: number): number {
        return (this.#count += by);
      }
    }
    const counter = gate.guard(() => new Counter());
    counter.step(2);
    expect(counter.step(3)).toBe(5);
  });
});
