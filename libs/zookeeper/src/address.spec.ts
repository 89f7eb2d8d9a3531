import { describe, expect, it } from 'vitest';

import { parseZooKeeperUrl } from './address.js';

describe('parseZooKeeperUrl', () => {
  it.each([
    ['zk://a:1/p', { servers: ['a:1'], path: '/p', credentials: undefined }],
    ['zk://a:1,b:2,c:3/p/q', { servers: ['a:1', 'b:2', 'c:3'], path: '/p/q', credentials: undefined }],
    [
      'zk://a,b.example.net/p',
      { servers: ['a:2181', 'b.example.net:2181'], path: '/p', credentials: undefined },
    ],
    ['zk://a:1/p/', { servers: ['a:1'], path: '/p', credentials: undefined }],
    ['zk://10.0.0.1:2181/p', { servers: ['10.0.0.1:2181'], path: '/p', credentials: undefined }],
    [
      'zk://[::1]:2181,[fe80::1]/p',
      { servers: ['[::1]:2181', '[fe80::1]:2181'], path: '/p', credentials: undefined },
    ],
    ['zk://user:secret@a:1/p', { servers: ['a:1'], path: '/p', credentials: 'user:secret' }],
    ['zk://user:se:cr@t@a:1,b:2/p', { servers: ['a:1', 'b:2'], path: '/p', credentials: 'user:se:cr@t' }],
  ])('reads %s', (text, address) => {
    expect(parseZooKeeperUrl(text)).toEqual({ ok: true, address });
  });

  it.each([
    ['', /expected zk:/u],
    ['http://a:1/p', /expected zk:/u],
    ['zk:///p', /expected zk:/u],
    ['zk://a:1', /path is missing/u],
    ['zk://a:1/', /path is missing/u],
    ['zk://a:1//p', /empty part/u],
    ['zk://a:1/p//q', /empty part/u],
    ['zk://user@a:1/p', /credentials are user:password/u],
    ['zk://user:@a:1/p', /credentials are user:password/u],
    ['zk://:secret@a:1/p', /credentials are user:password/u],
    ['zk://a:0/p', /'a:0' is not host:port/u],
    ['zk://a:65536/p', /'a:65536' is not host:port/u],
    ['zk://a:x/p', /'a:x' is not host:port/u],
    ['zk://a:1,,b:2/p', /'' is not host:port/u],
    ['zk://::1/p', /'::1' is not host:port/u],
  ])('refuses %s', (text, error) => {
    const parsed = parseZooKeeperUrl(text);
    expect(parsed).toEqual({ ok: false, error: expect.stringMatching(error) });
  });

  it('says nothing of the credentials in what it refuses', () => {
    for (const text of ['zk://user:secret@a:0/p', 'zk://user:secret@a:1', 'zk://secret@a:1/p'])
      expect(JSON.stringify(parseZooKeeperUrl(text))).not.toContain('secret');
  });
});
