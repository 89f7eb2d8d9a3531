import { describe, expect, it } from 'vitest';
import { isUri } from './uri.js';

describe('isUri', () => {
  it.each([
    'http://x/y?z=1&a=%20#f',
    'file:///etc/x',
    'hdfs://n:8020/a',
    'relative/path.tgz',
    '/absolute',
    'mailto:a@b',
    'http://x/é',
    'http://[::1]:80/x',
  ])('accepts %s', (text) => {
    expect(isUri(text)).toBe(true);
  });

  it.each([
    'a b',
    'http://x/\n',
    'http://x/<y>',
    'http://x/%zz',
    'http://x/{a}',
    ':x',
    'http://',
    'http:',
    'a#b#c',
    'x\\y',
  ])('refuses %j', (text) => {
    expect(isUri(text)).toBe(false);
  });
});
