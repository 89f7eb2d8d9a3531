import * as fc from 'fast-check';
import type { KafkaMessage } from 'kafkajs';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { damagedBy, mutatedBytes, someDamage } from '../../../test/support/fuzz/bytes.js';
import { fuzz } from '../../../test/support/fuzz/fuzz.js';
import { anyText, nearly } from '../../../test/support/fuzz/texts.js';
import { newBatch } from './events.fixture.js';
import { eventRecord, readRecord } from './kafka/record.js';
import { EventFile } from './sqlite/event-file.js';
import { openSqliteEventLog } from './sqlite/open-sqlite-event-log.js';
import { SnapshotFiles } from './sqlite/snapshot-files.js';
import { encodeBatch } from './local/encode.js';

let folder: string;
let logFile: Buffer;
let snapshot: Buffer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fuzz-log-'));
  const path = join(folder, 'events.db');
  const log = await openSqliteEventLog({ path, onWarning: () => undefined });
  await log.append(newBatch(40), await log.claimEpoch());
  await log.saveSnapshot({ position: 40, format: 1, state: ['{"t":"head"}\n'] });
  await log.close();
  logFile = readFileSync(path);
  const snapshots = `${path}.snapshots`;
  snapshot = readFileSync(join(snapshots, readdirSync(snapshots)[0]!));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a record on Kafka', () => {
  const [event] = encodeBatch(newBatch(1));
  const whole = eventRecord({ event: event!, position: 7, epoch: 2, endsBatch: true }, '/ekiden');
  const headerNames = [...Object.keys(whole.headers ?? {}), 'ekiden_control', 'ce_causationid'];
  const change = fc.record({
    name: fc.constantFrom(...headerNames),
    text: fc.option(fc.oneof(anyText(), nearly('7', '2026-01-01T00:00:00.000Z', '{"kind":"user"}', 'term'))),
  });
  const message = fc
    .record({
      changes: fc.array(change, { maxLength: 3 }),
      value: fc.oneof(
        fc.constant(null),
        mutatedBytes([Buffer.from(String(whole.value)), Buffer.from('{"mark":"m"}'), Buffer.from('null')]),
      ),
    })
    .map(({ changes, value }): KafkaMessage => {
      const headers: Record<string, Buffer | undefined> = Object.fromEntries(
        Object.entries(whole.headers ?? {}).map(([name, text]) => [name, Buffer.from(text as string)]),
      );
      for (const { name, text } of changes) headers[name] = text === null ? undefined : Buffer.from(text);
      return { offset: '99', key: null, timestamp: '0', attributes: 0, headers, value };
    });

  fuzz(
    'is an event with a place, a mark, or names what is wrong',
    { input: message, runs: 800 },
    (record) => {
      try {
        const read = readRecord(record);
        if (read.kind === 'control') return;
        const { position, epoch, schema, time } = read.event;
        for (const number of [position, epoch, schema]) expect(Number.isSafeInteger(number)).toBe(true);
        expect(Number.isNaN(time)).toBe(false);
      } catch (error) {
        expect((error as Error).message).toMatch(/^the record at offset 99 has /);
      }
    },
  );
});

describe('a damaged file', () => {
  it('whose texts are no texts is an error, not the end of the process', () => {
    const path = join(folder, 'no-text.db');
    writeFileSync(path, Buffer.from(logFile.toString('latin1').replaceAll('"user"', '"us\xFFr"'), 'latin1'));
    const file = new EventFile(path);
    expect(() => file.read(0, 100)).toThrow('it holds texts that are none');
    file.close();
  });

  fuzz(
    'of events is refused or read, never endless',
    { input: someDamage(6), runs: 60, cpuMs: 3000 },
    (damage) => {
      const path = join(folder, 'damaged.db');
      for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true });
      writeFileSync(path, damagedBy(logFile, damage));
      let file: EventFile | undefined;
      try {
        file = new EventFile(path);
        expect(file.read(0, 100).length).toBeLessThanOrEqual(100);
      } catch (error) {
        expect((error as Error).name).toMatch(/^(LogUnavailableError|LogOpenError|UnknownSchemaError)$/);
      } finally {
        file?.close();
      }
    },
  );

  fuzz(
    'of a snapshot is passed over with a warning unless it is whole',
    { input: someDamage(6), runs: 150 },
    async (damage) => {
      const snapshots = join(folder, 'snapshots');
      rmSync(snapshots, { recursive: true, force: true });
      mkdirSync(snapshots);
      const bytes = damagedBy(snapshot, damage);
      writeFileSync(join(snapshots, '0000000000000040.snapshot'), bytes);
      const warnings: string[] = [];
      const found = await new SnapshotFiles(snapshots).latest(40, (warning) => warnings.push(warning));
      if (found === undefined) expect(warnings).toHaveLength(1);
      else {
        expect(found.state.join('')).toBe('{"t":"head"}\n');
        expect(found.position).toBe(40);
      }
    },
  );
});
