import { describe, expect, it } from 'vitest';

import { leadingNode, masterUrl, readMasterNode } from './master-nodes.js';

describe('the leading master', () => {
  it.each([
    [['json.info_0000000012', 'json.info_0000000003'], 'json.info_0000000003'],
    [['json.info_9999999999', 'json.info_10000000000'], 'json.info_9999999999'],
    [['json.info_0000000000', 'json.info_-2147483648'], 'json.info_-2147483648'],
    [['info_0000000002', 'json.info_0000000004'], 'info_0000000002'],
    [['0000000001', 'info_0000000002'], '0000000001'],
    [
      ['log_replicas', 'json.info_0000000007', 'other_0000000001', 'json.info_', 'json.info_x1'],
      'json.info_0000000007',
    ],
    [['log_replicas'], undefined],
    [[], undefined],
  ])('of %j is %s', (children, name) => {
    expect(leadingNode(children)?.name).toBe(name);
  });
});

/** `MasterInfo` of an old master: id, ip, port, pid, hostname, and a field nobody knows. */
const OLD_MESSAGE = Buffer.concat([
  Buffer.from([0x0a, 3]),
  Buffer.from('old'),
  Buffer.from([0x10, 0x8a, 0xa8, 0x80, 0x58, 0x18, 0xba, 0x27, 0x22, 20]),
  Buffer.from('master@10.20.0.11:50'),
  Buffer.from([0x2a, 2]),
  Buffer.from('m1'),
  Buffer.from([0x78, 1]),
]);

describe('what a master announces', () => {
  it.each([{ address: { ip: 7, port: 5050 } }, { hostname: ['m'] }, { pid: {} }, []])(
    'is nothing when it is not of the shape of one: %j',
    (info) => {
      expect(readMasterNode('json.info_1', Buffer.from(JSON.stringify(info)))).toBeUndefined();
    },
  );

  it('is JSON, a message, or a mere address, as the name of the node says', () => {
    const info = { id: 'a', address: { ip: '10.0.0.1', port: 5050 } };
    expect(readMasterNode('json.info_1', Buffer.from(JSON.stringify(info)))).toEqual(info);
    expect(readMasterNode('info_1', OLD_MESSAGE)).toEqual({
      id: 'old',
      ip: 184_554_506,
      port: 5050,
      pid: 'master@10.20.0.11:50',
      hostname: 'm1',
    });
    expect(readMasterNode('0000000001', Buffer.from('master@10.0.0.1:5051\n'))).toMatchObject({
      address: { ip: '10.0.0.1', port: 5051 },
    });
  });

  it.each([
    ['json.info_1', 'no JSON'],
    ['json.info_1', 'null'],
    ['json.info_1', '[]'],
    ['info_1', '\x0a\x7fcut off'],
    ['info_1', '\x0f'],
    ['0000000001', 'master at home'],
  ])('may be unreadable: %s %j', (name, data) => {
    expect(readMasterNode(name, Buffer.from(data, 'latin1'))).toBeUndefined();
  });
});

describe('the address of a master', () => {
  const byIp = { scheme: 'http', preferHostname: false } as const;
  const byName = { scheme: 'https', preferHostname: true } as const;
  const address = { hostname: 'm1.example.net', ip: '10.20.0.11', port: 5050 };

  it.each([
    [{ id: '', address }, byIp, 'http://10.20.0.11:5050/'],
    [{ id: '', address }, byName, 'https://m1.example.net:5050/'],
    [{ id: '', address: { ip: '10.0.0.1', port: 1 } }, byName, 'https://10.0.0.1:1/'],
    [{ id: '', address: { hostname: 'm1', port: 5050 } }, byIp, 'http://m1:5050/'],
    [{ id: '', address: { ip: 'fe80::1', port: 5050 } }, byIp, 'http://[fe80::1]:5050/'],
    [{ id: '', ip: 184_554_506, port: 5051 }, byIp, 'http://10.20.0.11:5051/'],
    [{ id: '', ip: 16_777_343 }, byIp, 'http://127.0.0.1:5050/'],
    [{ id: '', pid: 'master@10.0.0.9:5055' }, byIp, 'http://10.0.0.9:5055/'],
    [{ id: '', hostname: 'm2', pid: 'master@[::1]:5055' }, byName, 'https://m2:5055/'],
    [{ id: '' }, byIp, undefined],
  ])('%j, %j: %s', (info, options, url) => {
    expect(masterUrl(info, options)?.href).toBe(url);
  });
});
