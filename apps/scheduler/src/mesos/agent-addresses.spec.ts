import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AgentAddresses } from './agent-addresses.js';

let master: Server;
let asked: { url: string | undefined; authorization: string | undefined }[];
let slaves: unknown[];
let nowMs: number;

beforeEach(async () => {
  [asked, slaves, nowMs] = [[], [], 0];
  master = createServer((request, response) => {
    asked.push({ url: request.url, authorization: request.headers.authorization });
    response.end(JSON.stringify({ slaves }));
  });
  await new Promise<void>((resolve) => master.listen(0, '127.0.0.1', resolve));
});

afterEach(() => void master.close());

const addresses = (masterHostPort = `127.0.0.1:${(master.address() as AddressInfo).port}`) =>
  new AgentAddresses({
    configuration: { master: { kind: 'local' } as never },
    authentication: { principal: 'ekiden', secret: 'hidden' },
    masterHostPort: () => masterHostPort,
    nowMs: () => nowMs,
  });

test('asks the master once for all agents, with the credentials of the framework', async () => {
  slaves = [
    { id: 'S0', pid: 'slave(1)@10.0.0.7:5051' },
    { id: 'S1', pid: 'slave(1)@10.0.0.8:5051' },
  ];
  const agents = addresses();
  const authorization = `Basic ${Buffer.from('ekiden:hidden').toString('base64')}`;
  expect(await agents.find('S1')).toEqual({ url: 'http://10.0.0.8:5051', authorization });
  expect(await agents.find('S0')).toEqual({ url: 'http://10.0.0.7:5051', authorization });
  expect(asked).toEqual([{ url: '/master/slaves', authorization }]);
});

test('asks again for an agent that it does not know, and for one that may have moved', async () => {
  const agents = addresses();
  expect(await agents.find('S0')).toBeUndefined();
  slaves = [{ id: 'S0', pid: 'slave(1)@10.0.0.7:5051' }];
  nowMs = 1500;
  expect(await agents.find('S0')).toMatchObject({ url: 'http://10.0.0.7:5051' });
  slaves = [{ id: 'S0', pid: 'slave(1)@10.0.0.9:5051' }];
  nowMs = 90_000;
  expect(await agents.find('S0')).toMatchObject({ url: 'http://10.0.0.9:5051' });
});

test('knows nobody while the master is away', async () => {
  expect(await addresses('127.0.0.1:1').find('S0')).toBeUndefined();
});
