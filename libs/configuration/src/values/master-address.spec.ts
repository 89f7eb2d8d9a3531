import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { masterType } from './master-address.js';

const local = {
  kind: 'local',
  agents: 1,
  resources: undefined,
  attributes: undefined,
  domains: undefined,
  port: undefined,
  agentPingTimeoutMs: undefined,
  maxAgentPingTimeouts: undefined,
  agentReregisterTimeoutMs: undefined,
  testApi: false,
};

describe('--master', () => {
  it.each([
    ['local', local],
    ['local://', local],
    [
      'local://?agents=3&resources=cpus:4;mem:8192;ports:[31000-31100]&attributes=rack:r7;gen:3&port=0',
      {
        ...local,
        agents: 3,
        resources: 'cpus:4;mem:8192;ports:[31000-31100]',
        attributes: ['rack:r7;gen:3'],
        port: 0,
      },
    ],
    [
      'local://?agents=2&attributes=rack:r1|rack:r2&domain=eu/a|us/b',
      {
        ...local,
        agents: 2,
        attributes: ['rack:r1', 'rack:r2'],
        domains: [
          { region: 'eu', zone: 'a' },
          { region: 'us', zone: 'b' },
        ],
      },
    ],
    [
      'local://?agent_ping_timeout=0.5secs&max_agent_ping_timeouts=3&agent_reregister_timeout=2mins&test_api=true',
      {
        ...local,
        agentPingTimeoutMs: 500,
        maxAgentPingTimeouts: 3,
        agentReregisterTimeoutMs: 120_000,
        testApi: true,
      },
    ],
  ])('%s is a cluster on this machine', (text, expected) => {
    expect(masterType.parse(text)).toEqual({ ok: true, value: { ...expected, text } });
  });

  it.each([
    ['m1:5050', ['http://m1:5050']],
    ['10.0.0.1', ['http://10.0.0.1:5050']],
    ['http://m1:80,https://m2:443/', ['http://m1', 'https://m2']],
    ['http://m1, http://[::1]:5051', ['http://m1:5050', 'http://[::1]:5051']],
  ])('%s is a list of masters', (text, urls) => {
    expect(masterType.parse(text)).toMatchObject({ ok: true, value: { kind: 'remote', urls } });
  });

  it.each(['', 'ftp://m1', 'http://m1:5050/path', 'http://m1:99999', 'localhost/x', 'local:3'])(
    '%s is no master at all',
    (text) => {
      expect(masterType.parse(text)).toEqual({ ok: false });
    },
  );

  it.each([
    ['local://?agents=0', /needs a whole number from 1 to 10000 as `agents`, not `0`/],
    [
      'local://?agent=3',
      /unknown option `agent`; known are agents, resources, attributes, domain, port, agent_ping_timeout/,
    ],
    [
      'local://?agents=3&attributes=rack:r1|rack:r2',
      /one `attributes` for all, or one for each of 3 agents, not 2/,
    ],
    ['local://?agents=3&domain=eu', /needs REGION\/ZONE as `domain`, not `eu`/],
    ['local://?agent_ping_timeout=5s', /needs a time such as .* as `agent_ping_timeout`, not `5s`/],
    ['local://?test_api=maybe', /needs true or false as `test_api`/],
    ['local://?agents=1&agents=2', /option `agents` twice/],
  ])('%s is refused with the reason', (text, reason) => {
    expect(masterType.parse(text)).toEqual({ ok: false, reason: expect.stringMatching(reason) as string });
  });

  it.each([
    ['zk://h/mesos', { url: 'zk://h/mesos' }],
    ['zk://h1:2181,h2:2182/a/b/', { url: 'zk://h1:2181,h2:2182/a/b' }],
    ['zk://u:p@h:1/m', { url: 'zk://u:p@h:1/m', text: 'zk://xxxxxxxx:xxxxxxxx@h:1/m' }],
    ['zk://h/m?tls=true', { url: 'zk://h/m', tls: true, preferHostname: true }],
    ['zk://h/m?tls=true&prefer_hostname=false', { tls: true, preferHostname: false }],
    ['zk://h/m?prefer_hostname=true', { tls: false, preferHostname: true }],
  ])('%s is where masters announce themselves', (text, expected) => {
    const value = { kind: 'zookeeper', tls: false, preferHostname: false, text, ...expected };
    expect(masterType.parse(text)).toMatchObject({ ok: true, value });
  });

  it.each([
    ['http://user:hush@m1:5050', /must not hold credentials/],
    ['zk://h', /needs the path of the masters/],
    ['zk://h//a', /needs the path of the masters/],
    ['zk://u@h/m', /credentials as user:password/],
    ['zk://h:99999/m', /`h:99999`, which is not host:port/],
    ['zk://h/m?ssl=true', /unknown option `ssl`/],
    ['zk://h/m?tls=yes', /true or false as `tls`/],
  ])('%s is refused with the reason', (text, reason) => {
    expect(masterType.parse(text)).toEqual({ ok: false, reason: expect.stringMatching(reason) as string });
  });

  it.each([
    ['zk://u:p@h/m\nignored\n', { kind: 'zookeeper', url: 'zk://u:p@h/m' }],
    ['http://m1:5050', { kind: 'remote', urls: ['http://m1:5050'] }],
  ])('may stand in a file: %j', (content, value) => {
    expect(masterType.parse(`file://${fileWith(content)}`)).toMatchObject({ ok: true, value });
  });

  it('is not found in a file that has none', () => {
    expect(masterType.parse('file:///nowhere')).toMatchObject({ reason: expect.stringContaining('ENOENT') });
    expect(masterType.parse('file:relative')).toMatchObject({ reason: expect.stringContaining('file:///') });
    for (const content of ['', 'file:///other', 'zk://h'])
      expect(masterType.parse(`file://${fileWith(content)}`)).toMatchObject({
        ok: false,
        reason: expect.stringMatching(/whose first line/),
      });
  });
});

function fileWith(content: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'master-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  writeFileSync(join(directory, 'master'), content);
  return join(directory, 'master');
}
