/**
 * The limit that `create-apps` is measured against: a bare Fastify route that does nothing but a durable
 * group-commit append of the bytes it was sent. Run as a process of its own: `bare-server.js PORT DIRECTORY`.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { openSqliteEventLog } from '#event-log';
import { fastify } from 'fastify';

const [port, directory = ''] = process.argv.slice(2);
const log = await openSqliteEventLog({ path: join(directory, 'bare.db'), onWarning: console.warn });
const epoch = await log.claimEpoch();
const server = fastify({ logger: false });

server.post('/append', async (request) => {
  const { last } = await log.append(
    [
      {
        id: randomUUID(),
        stream: 'bare',
        type: 'Appended',
        schema: 1,
        time: Date.now(),
        actor: { kind: 'system' },
        correlationId: '',
        causationId: null,
        data: request.body,
      },
    ],
    epoch,
  );
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
