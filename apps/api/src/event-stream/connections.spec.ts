import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startApi, type TestApi } from '../api.fixture.js';
import { appDefinition, launchEvents } from '../domain-objects.fixture.js';

let api: TestApi;
let socket: Socket;
let received = '';

beforeEach(async () => {
  api = await startApi();
  received = '';
});

afterEach(async () => {
  socket.destroy();
  await api.close();
});

async function send(text: string): Promise<void> {
  const { hostname, port } = new URL(api.url);
  socket = connect(Number(port), hostname);
  socket.on('data', (data) => (received += data.toString()));
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  socket.write(text);
}

const eventually = (assertion: () => void) => vi.waitFor(assertion, { timeout: 10_000 });

const HEADERS = 'Host: x\r\nAccept: text/event-stream\r\n\r\n';

it('sends whole chunks of HTTP, each with one or more frames', async () => {
  await send(`GET /v2/events?event_type=instance_changed_event HTTP/1.1\r\n${HEADERS}`);
  await eventually(() => expect(received).toContain('\r\n\r\n'));
  await api.leader.append(launchEvents(appDefinition()).slice(0, 1));
  await eventually(() => expect(received).toMatch(/\r\n\r\n\r\n$/));
  const [head = '', ...rest] = received.split('\r\n\r\n');
  expect(head.toLowerCase()).toContain('transfer-encoding: chunked');
  const [, length = '', frame = ''] = /^([0-9a-f]+)\r\n([\s\S]*)\r\n$/.exec(rest.join('\r\n\r\n')) ?? [];
  expect(frame).toMatch(/^id: 1\r\nevent: instance_changed_event\r\ndata: \{.*\}\r\n\r\n$/);
  expect(Number.parseInt(length, 16)).toBe(Buffer.byteLength(frame));
});

it('sends bare frames to clients of HTTP/1.0', async () => {
  await send(`GET /v2/events?event_type=instance_changed_event HTTP/1.0\r\n${HEADERS}`);
  await eventually(() => expect(received).toContain('\r\n\r\n'));
  await api.leader.append(launchEvents(appDefinition()).slice(0, 1));
  await eventually(() => expect(received).toMatch(/\r\n\r\nid: 1\r\nevent: [^\r]*\r\ndata: [^\r]*\r\n\r\n$/));
});

it('streams behind another answer on the same connection', async () => {
  await send(`GET /ping HTTP/1.1\r\nHost: x\r\n\r\nGET /ekiden/v1/stream?since=0 HTTP/1.1\r\n${HEADERS}`);
  await eventually(() => expect(received).toContain('text/event-stream'));
  await api.leader.append(launchEvents(appDefinition()));
  await eventually(() => expect(received.match(/^id: \d$/gm)).toEqual(['id: 1', 'id: 2', 'id: 3']));
});
