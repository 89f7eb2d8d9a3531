import { describe, expect, it } from 'vitest';
import { hasPassed, requestHeaders, responseHeaders } from './forward-headers.js';

const hop = { hostPort: 'me:8080', peer: '192.0.2.7' };
const added = { 'x-marathon-via': ['1.1 me:8080'], 'x-forwarded-for': '192.0.2.7' };

describe('the headers of a forwarded request', () => {
  it.each([
    ['are copied', { accept: 'a/b', 'x-one': '1' }, { accept: 'a/b', 'x-one': '1' }],
    [
      'keep who asks',
      { authorization: 'Basic x', 'user-agent': 'curl' },
      { authorization: 'Basic x', 'user-agent': 'curl' },
    ],
    ['keep a key against repetition', { 'idempotency-key': 'k' }, { 'idempotency-key': 'k' }],
    ['keep the token of a plan', { 'x-ekiden-plan': 't' }, { 'x-ekiden-plan': 't' }],
    ['leave the host out', { host: 'me:8080' }, {}],
    ['leave the connection out', { connection: 'keep-alive, X-Two', 'x-two': '2', 'keep-alive': '5' }, {}],
    ['leave out what is for a proxy', { 'proxy-authorization': 'Basic x', 'proxy-connection': 'close' }, {}],
    ['leave the framing out', { 'transfer-encoding': 'chunked', te: 'trailers', expect: '100-continue' }, {}],
    ['keep the length of a body', { 'content-length': '3' }, { 'content-length': '3' }],
    [
      'keep a type',
      { 'content-type': 'application/json; charset=utf-8' },
      { 'content-type': 'application/json; charset=utf-8' },
    ],
    ['drop what is no type', { 'content-type': 'garbage' }, {}],
  ])('%s', (_, headers, expected) => {
    expect(requestHeaders(headers, hop)).toEqual({ ...expected, ...added });
  });

  it.each([
    ['192.0.2.1', '192.0.2.1, 192.0.2.7'],
    ['192.0.2.1,10.0.0.1 ', '192.0.2.1, 10.0.0.1, 192.0.2.7'],
  ])('name the client %s and the peer in one line', (given, expected) => {
    expect(requestHeaders({ 'x-forwarded-for': given }, hop)['x-forwarded-for']).toBe(expected);
  });

  it('add one line per hop', () => {
    expect(requestHeaders({ 'x-marathon-via': '1.1 a:1' }, hop)['x-marathon-via']).toEqual([
      '1.1 a:1',
      '1.1 me:8080',
    ]);
  });
});

describe('the headers of a forwarded answer', () => {
  it('are those of the leader, with the way back', () => {
    const headers = {
      connection: 'keep-alive',
      'proxy-authenticate': 'Basic',
      'transfer-encoding': 'chunked',
      'content-encoding': 'gzip',
      'set-cookie': ['a', 'b'],
      'x-marathon-leader': 'http://leader:8080',
      'x-marathon-via': '1.1 other:8080',
    };
    expect(responseHeaders(headers, 'me:8080')).toEqual({
      'content-encoding': 'gzip',
      'set-cookie': ['a', 'b'],
      'x-marathon-leader': 'http://leader:8080',
      'x-marathon-via': ['1.1 other:8080', '1.1 me:8080'],
    });
  });
});

describe('a loop', () => {
  it.each([
    [undefined, false],
    ['1.1 me:8080', true],
    ['1.1 a:1, 1.1 me:8080 , 1.1 b:2', true],
    [['1.1 a:1', '1.1 me:8080'], true],
    ['1.1 me:80', false],
    ['1.1 notme:8080', false],
  ])('is seen in %j: %s', (via, expected) => {
    expect(hasPassed(via, 'me:8080')).toBe(expected);
  });
});
