/**
 * The server of the benchmark `stream`: the API of Ekiden over its SQLite log, and beside it somebody who appends as the
 * leader does. Run as a process of its own: `stream-server.js DIRECTORY`.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ApiModule, createHttpAdapter, listen, type ApiOptions } from '#api';
import { loadConfiguration } from '#configuration';
import type { EventData } from '#domain';
import { openSqliteEventLog, type NewEvent } from '#event-log';
import { WebhookSecrets } from '#secrets';
import { createLogging, Metrics } from '#observability';
import { sharedClockMs, type Emit, type Emitted } from './stream-messages.js';

const [directory = ''] = process.argv.slice(2);
const log = await openSqliteEventLog({ path: join(directory, 'events.db'), onWarning: console.warn });
const epoch = await log.claimEpoch();
const options = apiOptions();
const app = await NestFactory.create<NestFastifyApplication>(
  ApiModule.forRoot(options),
  await createHttpAdapter(options),
  { bodyParser: false, logger: false },
);
const { url } = await listen(app, options);
process.on('message', (wish: Emit) => void emit(wish).then((emitted) => process.send?.(emitted)));
process.on('SIGTERM', () => {
  void app
    .close()
    .then(() => log.close())
    .then(() => process.exit(0));
});
process.send?.(url);

/** One event after the other, each an append of its own, none waiting for the one before. */
async function emit({ eventsPerSecond, seconds }: Emit): Promise<Emitted> {
  const count = Math.round(eventsPerSecond * seconds);
  const first = (await log.head()) + 1;
  const committedMs: number[] = [];
  const held = monitorEventLoopDelay({ resolution: 5 });
  held.enable();
  const before = process.cpuUsage();
  const beganMs = sharedClockMs();
  const append = async (number: number): Promise<void> => {
    const { last } = await log.append([statusUpdate(number)], epoch);
    committedMs[last - first] = sharedClockMs();
  };
  const appended: Promise<void>[] = [];
  for (let number = 0; number < count; number += 1) {
    const dueMs = beganMs + (number * 1000) / eventsPerSecond;
    await delay(Math.max(0, dueMs - sharedClockMs()));
    appended.push(append(number));
  }
  await Promise.all(appended);
  const { user, system } = process.cpuUsage(before);
  const processorShare = (user + system) / 1000 / (sharedClockMs() - beganMs);
  held.disable();
  return { first, committedMs, processorShare, longestHoldMs: held.max / 1e6 };
}

/** A task that tells something new of itself, in the size of real ones. One frame on the bus. */
function statusUpdate(number: number): NewEvent {
  const instanceId = `shop_cart.instance-${String(number % 1000).padStart(8, '0')}-8df4-11ea-9c1e-02420a000001`;
  const data: EventData['TaskStatusChanged'] = {
    instanceId,
    appId: '/shop/cart',
    version: '2026-01-01T00:00:00.000Z',
    taskId: `${instanceId}._app.1`,
    host: 'agent1.example',
    agentId: '3b0a3ab4-95e3-4d38-9a2d-1d3f0c1e0f00-S0',
    state: 'TASK_RUNNING',
    message: '',
    timestampMs: Date.now(),
    hostPorts: [31_000 + (number % 1000)],
    ipAddresses: [{ ipAddress: '10.0.0.7', protocol: 'IPv4' }],
    condition: 'Running',
    conditionChanged: false,
  };
  return {
    id: randomUUID(),
    stream: `instance:${instanceId}`,
    type: 'TaskStatusChanged',
    schema: 1,
    time: Date.now(),
    actor: { kind: 'mesos' },
    correlationId: '',
    causationId: null,
    data,
  };
}

function apiOptions(): ApiOptions {
  const argv = ['--http_port', '0', '--hostname', '127.0.0.1'];
  const loaded = loadConfiguration({ argv, env: {} });
  if (!loaded.ok || loaded.action !== 'start') throw new Error(JSON.stringify(loaded));
  return {
    log,
    leadership: { leader: undefined, stopping: false, leadsNow: () => true, abdicate: () => false },
    configuration: loaded.configuration,
    settings: loaded.settings,
    logging: createLogging({ level: 'warn', destination: process.stderr, isTerminal: false }),
    secrets: new WebhookSecrets({ kind: 'missing' }),
    metrics: new Metrics(),
    buildRevision: 'benchmark',
  };
}
