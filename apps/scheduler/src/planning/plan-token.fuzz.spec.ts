import * as fc from 'fast-check';
import { expect } from 'vitest';
import { fuzz } from '../../../../test/support/fuzz/fuzz.js';
import { anyText, longText, nearly } from '../../../../test/support/fuzz/texts.js';
import { changedSince, planToken } from './plan-token.js';

const FACTS = Array.from({ length: 101 }, (_, index) => ({ subject: `/app${index}`, text: String(index) }));
const facts = fc.nat(101).map((count) => FACTS.slice(0, count));
const TOKENS = [0, 1, 5, 100, 101].map((count) => planToken(FACTS.slice(0, count)));

fuzz(
  'a token of a plan is one, or none',
  { input: fc.tuple(fc.oneof(nearly(...TOKENS), anyText(), longText(100_000)), facts), runs: 600 },
  ([token, known]) => {
    const changed = changedSince(token, known);
    if (changed !== undefined) expect(changed.every((subject) => typeof subject === 'string')).toBe(true);
    if (known.length > 0) expect(changedSince(planToken(known), known)).toEqual([]);
  },
);
