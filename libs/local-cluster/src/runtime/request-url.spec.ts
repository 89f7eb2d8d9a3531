import { describe, expect, it } from 'vitest';
import { decoded, requestUrl } from './request-url.js';

describe('the address of a request', () => {
  it.each([
    ['/', '/', ''],
    ['/a?b=c', '/a', '?b=c'],
    ['//', '//', ''],
    ['//elsewhere/a', '//elsewhere/a', ''],
    ['http://elsewhere:1/a?b', '/a', '?b'],
    ['*', '/%00', ''],
    ['a:[b', '/%00', ''],
    ['http://:/', '/%00', ''],
  ])('%s', (url, pathname, search) => {
    expect(requestUrl({ url })).toMatchObject({ pathname, search });
  });

  it.each([
    ['a%20b', 'a b'],
    ['%E0%A4%A', '%E0%A4%A'],
  ])('%s is decoded to %s', (part, text) => {
    expect(decoded(part)).toBe(text);
  });
});
