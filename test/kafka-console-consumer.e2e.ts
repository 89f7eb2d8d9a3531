import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { openKafkaEventLog, type EventLog, type NewEvent } from '#event-log';
import { KafkaCluster } from './support/kafka-cluster.js';
import { hasKafka } from './support/real-services.js';
import { temporaryDirectory } from './support/site.js';
import { rmSync } from 'node:fs';

const run = promisify(execFile);

const CONSUMER = 'org.apache.kafka.tools.consumer.ConsoleConsumer';

/** What docs/event-log-on-kafka.md tells people to give to the console consumer. */
const DOCUMENTED = [
  '--topic',
  'ekiden',
  '--from-beginning',
  '--isolation-level',
  'read_committed',
  '--property',
  'print.headers=true',
  '--property',
  'print.key=true',
  '--property',
  'print.offset=true',
];

describe.runIf(hasKafka).each(['3.9', '4'] as const)('the console consumer of Kafka %s', (line) => {
  const undo: (() => Promise<void> | void)[] = [];
  afterEach(async () => {
    for (const step of undo.splice(0).toReversed()) await step();
  });

  it('reads the event log as CloudEvents', async () => {
    const cluster = await KafkaCluster.start({ line });
    undo.push(() => cluster.dispose());
    const log = await openLog(cluster);
    const epoch = await log.claimEpoch();
    await log.append([event('AppCreated', { id: '/web' }), event('AppScaled', { id: '/web' })], epoch);
    const records = await consume(cluster);
    expect(records.map(({ headers }) => headers['ekiden_control'] ?? headers['ce_type'])).toEqual([
      'term',
      'io.ekiden.AppCreated',
      'io.ekiden.AppScaled',
    ]);
    const [, first, second] = records;
    expect(first).toMatchObject({
      key: 'app:/web',
      value: '{"id":"/web"}',
      headers: {
        ce_specversion: '1.0',
        ce_source: '/ekiden/ekiden',
        ce_subject: 'app:/web',
        ce_time: '2026-01-02T03:04:05.678Z',
        'content-type': 'application/json',
        ce_position: '1',
        ce_epoch: String(epoch),
        ce_schemaversion: '1',
        ce_actor: '{"kind":"user","name":"ada"}',
      },
    });
    expect(first!.headers['ce_endsbatch']).toBeUndefined();
    expect(second!.headers).toMatchObject({ ce_position: '2', ce_endsbatch: 'true' });
  });

  async function openLog({ brokers }: KafkaCluster): Promise<EventLog> {
    const folder = temporaryDirectory();
    undo.push(() => rmSync(folder, { recursive: true, force: true }));
    const log = await openKafkaEventLog({
      brokers,
      topic: 'ekiden',
      replicationFactor: 1,
      mirrorPath: join(folder, 'mirror.db'),
      node: 'test',
      onWarning: () => undefined,
      onLost: () => undefined,
    });
    undo.push(() => log.close());
    return log;
  }
});

interface PrintedRecord {
  readonly headers: Readonly<Record<string, string>>;
  readonly key: string;
  readonly value: string;
}

/** Runs the console consumer until nothing more comes, and takes its lines apart. */
async function consume({ brokers, classPath }: KafkaCluster): Promise<PrintedRecord[]> {
  const args = [...DOCUMENTED, '--bootstrap-server', brokers.join(','), '--timeout-ms', '5000'];
  const { stdout } = await run('java', ['-cp', classPath, CONSUMER, ...args]);
  const lines = stdout.split('\n').filter((text) => text.startsWith('Offset:'));
  return lines.map((text) => {
    const [, headers = '', key = '', value = ''] = text.split('\t');
    const pairs = headers.split(/,(?=[\w-]+:)/).map((header): [string, string] => {
      const colon = header.indexOf(':');
      return [header.slice(0, colon), header.slice(colon + 1)];
    });
    return { headers: Object.fromEntries(pairs), key, value };
  });
}

function event(type: string, data: unknown): NewEvent {
  return {
    id: randomUUID(),
    stream: 'app:/web',
    type,
    schema: 1,
    time: Date.parse('2026-01-02T03:04:05.678Z'),
    actor: { kind: 'user', name: 'ada' },
    correlationId: 'command-1',
    causationId: null,
    data,
  };
}
