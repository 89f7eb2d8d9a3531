import { describe, expect, it } from 'vitest';
import { PlanBody } from './plan-body.js';
import { validateBody } from './validate-body.js';

describe('validateBody', () => {
  it('leaves what it does not look into as it is', () => {
    const body: unknown = JSON.parse('{"a":{"constructor":1,"__proto__":{"b":2}}}');
    const json: unknown = { method: 'PUT', path: '/v2/apps', body };
    const valid = validateBody(PlanBody, json);
    expect(valid).toMatchObject({ ok: true });
    expect(valid.ok && valid.value.body).toBe(body);
  });

  it.each(['{"constructor":5}', '{"__proto__":{"method":"PUT","path":"/v2/apps"}}', '{"toString":null}'])(
    'takes no member of %s for one of its own',
    (text) => {
      const valid = validateBody(PlanBody, JSON.parse(text));
      expect(valid.ok ? 'valid' : JSON.parse(String(valid.answer.body))).toMatchObject({
        message: 'Invalid JSON',
        details: [
          { path: '/method', errors: ['error.path.missing'] },
          { path: '/path', errors: ['error.path.missing'] },
        ],
      });
    },
  );
});
