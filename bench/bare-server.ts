/**
 * The limits that `create-apps` is measured against: bare Fastify routes that do nothing but a durable
 * group-commit append. `/request` appends the bytes it was sent as one event, `/events` the events that Ekiden
 * appends for such a request. Run as a process of its own: `bare-server.js PORT DIRECTORY`.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { decideApiCommand, SchedulerRuntime, settle, State, Turn } from '#domain';
import { openSqliteEventLog, type NewEvent } from '#event-log';
import { fastify } from 'fastify';
import { UNHINDERED } from '../test/support/unhindered-settings.js';

const [port, directory = ''] = process.argv.slice(2);
const log = await openSqliteEventLog({ path: join(directory, 'bare.db'), onWarning: console.warn });
const epoch = await log.claimEpoch();
const server = fastify({ logger: false });

server.post('/request', async (request) => {
  const { last } = await log.append([asOneEvent(request.body)], epoch);
  return { position: last };
});

let events: readonly NewEvent[] | undefined;

server.post('/events', async (request) => {
  events ??= eventsOfCreation(request.body);
  const { last } = await log.append(events, epoch);
  return { position: last };
});

await server.listen({ port: Number(port), host: '127.0.0.1' });
process.on('SIGTERM', () => {
  void server
    .close()
    .then(() => log.close())
    .then(() => process.exit(0));
});
process.send?.('ready');

function asOneEvent(data: unknown): NewEvent {
  return {
    id: randomUUID(),
    stream: 'bare',
    type: 'Appended',
    schema: 1,
    time: Date.now(),
    actor: { kind: 'system' },
    correlationId: '',
    causationId: null,
    data,
  };
}

/** What Ekiden would append for this POST. The first creation makes the group, which the others do not. */
function eventsOfCreation(json: unknown): readonly NewEvent[] {
  const state = new State();
  const nowMs = Date.now();
  const runtime = new SchedulerRuntime(UNHINDERED, nowMs);
  const environment = {
    nowMs,
    newEventId: randomUUID,
    newUuid: randomUUID,
    newTimeUuid: randomUUID,
    random: Math.random,
  };
  const turn = new Turn(state, runtime, UNHINDERED, environment);
  decideApiCommand(turn, { type: 'CreateApp', json, force: false, uri: '/v2/apps' });
  settle(turn);
  return turn.events.filter((event) => event.type !== 'GroupCreated');
}
