import { describe, expect, it } from 'vitest';
import { redactSecrets } from './redact-secrets.js';

describe('redactSecrets', () => {
  it.each([
    'authorization',
    'Proxy-Authorization',
    'cookie',
    'Set-Cookie',
    'password',
    'ssl_keystore_password',
    'mesosAuthenticationSecret',
    'http_credentials',
    'metrics_datadog_api_key',
    'token',
    'access_token',
  ])('masks %s at any depth', (name) => {
    expect(redactSecrets({ a: [{ [name]: 'x' }] })).toEqual({ a: [{ [name]: '***' }] });
  });

  it.each([
    ['launch_tokens', 100],
    ['mesos_authentication', true],
    ['password', undefined],
    ['secrets', { db: 'name' }],
  ])('leaves %s = %s alone', (name, value) => {
    expect(redactSecrets({ [name]: value })).toEqual({ [name]: value });
  });

  it('copies nothing when there is nothing to mask', () => {
    const fields = { a: 1, b: ['x', { c: null }] };
    expect(redactSecrets(fields)).toBe(fields);
  });

  it('does not change what it is given', () => {
    const fields = { master: 'zk://u:p@h/mesos', list: [{ password: 'p' }] };
    const before = structuredClone(fields);
    expect(redactSecrets(fields)).toEqual({ master: 'zk://***@h/mesos', list: [{ password: '***' }] });
    expect(fields).toEqual(before);
  });

  it('ends on cycles', () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    expect(() => redactSecrets(cycle)).not.toThrow();
  });
});
