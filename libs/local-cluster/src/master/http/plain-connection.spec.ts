import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SchedulerClient } from '../contract/scheduler-client.fixture.js';
import { FRAMEWORK, until } from '../master-harness.fixture.js';
import { Master } from '../master.js';

let workDir: string;
let master: Master;
let client: SchedulerClient;
let socket: Socket;
let received = '';

beforeEach(async () => {
  workDir = await mkdtemp(join(tmpdir(), 'plain-'));
  master = await Master.start({ options: { workDir, port: 0 } });
  client = new SchedulerClient(master.url);
  await client.subscribe({ subscribe: { framework_info: FRAMEWORK } });
  await until(() => client.frameworkId !== '');
  received = '';
  socket = connect(Number(new URL(master.url).port), '127.0.0.1');
  socket.on('data', (chunk) => (received += chunk.toString('utf8')));
});

afterEach(async () => {
  socket.destroy();
  client.disconnect();
  await master.stop();
  await rm(workDir, { recursive: true, force: true });
});

function call(body: object, headers = ''): string {
  const text = JSON.stringify({ framework_id: { value: client.frameworkId }, ...body });
  return (
    `POST /api/v1/scheduler HTTP/1.1\r\nHost: m\r\nContent-Type: application/json\r\nMesos-Stream-Id: ${client.streamId}\r\n` +
    `${headers}Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`
  );
}

const statuses = (): string[] => [...received.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status!);

const suppress = { type: 'SUPPRESS', suppress: {} };

it('calls that come together are answered together, in their order', async () => {
  const unknown = { type: 'KILL', framework_id: { value: 'nobody — ü' }, kill: { task_id: { value: 't' } } };
  socket.write(call(suppress) + call(unknown) + call({ type: 'REVIVE' }));
  await until(() => statuses().length === 3);
  expect(statuses()).toEqual(['202', '400', '202']);
  expect(received).toContain('Framework cannot be found');
});

it.each([
  ['a call', () => call(suppress), '202'],
  ['any other request', () => 'GET /state HTTP/1.1\r\nHost: m\r\n\r\n', '200'],
])('%s is answered although nothing more can come, and then the connection ends', async (_, text, status) => {
  let isClosed = false;
  socket.on('close', () => (isClosed = true));
  socket.end(text());
  await until(() => isClosed);
  expect(statuses()).toEqual([status]);
});

it('a call may come in any pieces', async () => {
  for (const byte of Buffer.from(call({ ...suppress, suppress: { roles: ['ü'] } }))) {
    socket.write(Buffer.of(byte));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await until(() => statuses().length === 1);
  expect(statuses()).toEqual(['202']);
});

it('anything else is for the HTTP server, and so is what follows on the same connection', async () => {
  socket.write(call(suppress));
  await until(() => statuses().length === 1);
  socket.write('GET /health HTTP/1.1\r\nHost: m\r\n\r\n' + call(suppress));
  await until(() => statuses().length === 3);
  expect(statuses()).toEqual(['202', '200', '202']);
});

it('a body in chunks is a body', async () => {
  const text = JSON.stringify({ framework_id: { value: client.frameworkId }, ...suppress });
  const head = call({}).split('Content-Length')[0]!;
  socket.write(
    `${head}Transfer-Encoding: chunked\r\n\r\n${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`,
  );
  await until(() => statuses().length === 1);
  expect(statuses()).toEqual(['202']);
});

it('a great many calls are answered over several turns, the rest of the connection included', async () => {
  const count = 3000;
  socket.write(call(suppress).repeat(count) + 'GET /health HTTP/1.1\r\nHost: m\r\n\r\n' + call(suppress));
  await until(() => statuses().length === count + 2);
  expect(statuses()).toEqual([...Array<string>(count).fill('202'), '200', '202']);
});
