import { describe, expect, it } from 'vitest';
import { REQUEST, type PlanFact } from '#domain';
import { changedSince, planToken } from './plan-token.js';

const request: PlanFact = { subject: REQUEST, text: 'scale' };
const web: PlanFact = { subject: 'app /web', text: 'version 1' };
const many = Array.from({ length: 1000 }, (_, index) => ({ subject: `app /${index}`, text: 'x' }));

describe('planToken', () => {
  it('holds while nothing changed', () => {
    expect(changedSince(planToken([web, request]), [web, request])).toEqual([]);
    expect(changedSince(planToken(many), many)).toEqual([]);
  });

  it.each<[string, PlanFact[], string[]]>([
    ['what is another now', [{ ...web, text: 'version 2' }, request], ['app /web']],
    ['what came to it', [web, { subject: 'app /db', text: '' }, request], ['app /db']],
    ['another request', [web, { ...request, text: 'delete' }], ['the request (or what it leads to)']],
    ['what is not concerned any more', [request], ['the request (or what it leads to)']],
  ])('names %s', (_, now, changed) => {
    expect(changedSince(planToken([web, request]), now)).toEqual(changed);
  });

  it('only says that something changed where there is much', () => {
    expect(changedSince(planToken(many), many.slice(1))).toHaveLength(1);
  });

  it('is short, whatever it stands for', () => {
    expect(planToken([web, request])).toHaveLength(18);
    expect(planToken(many.slice(0, 100)).length).toBeLessThan(1024);
    expect(planToken(many)).toHaveLength(26);
  });

  it.each(['', 'AA', 'zz', 'A', 'no token!', 'AQ', 'Ag', 'AQAB', planToken(many).slice(0, -2)])(
    'is not %j',
    (text) => {
      expect(changedSince(text, [web, request])).toBeUndefined();
    },
  );
});
