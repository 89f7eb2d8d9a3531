import { describe, expect, it } from 'vitest';

import { parseMasterUrls } from './master-urls.js';
import { UrlListDetector } from './url-list-detector.js';

describe('addresses of masters', () => {
  it.each([
    ['10.0.0.1:5050', ['http://10.0.0.1:5050/']],
    ['m1.example.net', ['http://m1.example.net:5050/']],
    ['http://m1:5051', ['http://m1:5051/']],
    ['http://m1:80', ['http://m1/']],
    ['https://m1,m2:5051', ['https://m1:5050/', 'https://m2:5051/']],
    [' m1:1 , http://m2:2/ ,', ['http://m1:1/', 'http://m2:2/']],
    ['[::1]:5050', ['http://[::1]:5050/']],
    ['[::1]', ['http://[::1]:5050/']],
  ])('%s', (text, expected) => {
    const parsed = parseMasterUrls(text);
    expect(parsed.ok ? parsed.urls.map(({ href }) => href) : parsed.error).toEqual(expected);
  });

  it.each([
    ['', 'no address of a master is given'],
    ['ftp://m1', "'ftp://m1' is not the address of a master: scheme 'ftp' is not http or https"],
    ['http://', "'http://' is not the address of a master: expected host:port or http(s)://host:port"],
    ['m1:99999', "'m1:99999' is not the address of a master: expected host:port or http(s)://host:port"],
    ['m1/path', "'m1/path' is not the address of a master: a path does not belong into the address"],
    [
      'http://user:hidden@m1',
      "'http://…@m1' is not the address of a master: credentials do not belong into the address",
    ],
  ])('%j are refused', (text, error) => {
    expect(parseMasterUrls(text)).toEqual({ ok: false, error });
  });
});

describe('a list of masters', () => {
  it('is gone round from the last good one; a full round without success asks for a back-off', async () => {
    const { signal } = new AbortController();
    const detector = new UrlListDetector([new URL('http://a'), new URL('http://b'), new URL('http://c')]);
    const seen: string[] = [];
    const tryNext = async (): Promise<boolean> => {
      seen.push((await detector.detect(signal)).host);
      return detector.reject();
    };
    expect([await tryNext(), await tryNext(), await tryNext()]).toEqual([true, true, false]);
    await tryNext();
    seen.push((await detector.detect(signal)).host);
    detector.confirm();
    expect([await tryNext(), await tryNext(), await tryNext()]).toEqual([true, true, false]);
    expect(seen).toEqual(['a', 'b', 'c', 'a', 'b', 'b', 'c', 'a']);
  });
});
