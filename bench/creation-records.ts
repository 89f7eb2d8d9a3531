import { once } from 'node:events';
import { randomUUID } from 'node:crypto';
import kafkajs, { type Message } from 'kafkajs';

const SAMPLE_RECORDS = 300;

const CREATION = 'io.ekiden.AppCreated';

/** What creations put on the topic of the log. */
export interface CreationRecords {
  /** One of each type that a creation brings, as they are on the topic. */
  readonly records: readonly Message[];
  /** On average; the first ones also bring the group. */
  readonly recordsPerCreation: number;
  /** Keys, values and headers. */
  readonly bytesPerRecord: number;
}

/** Reads some hundred records of a log to which nothing but creations has been appended lately. */
export async function readCreationRecords(
  brokers: readonly string[],
  topic: string,
): Promise<CreationRecords> {
  const events = (await readSome(brokers, topic)).filter(({ headers }) => headers?.['ce_id'] !== undefined);
  const creations = events.filter((event) => typeOf(event) === CREATION).length;
  const byType = [...new Set(events.map(typeOf))].map((type) =>
    events.filter((event) => typeOf(event) === type),
  );
  // What there is once for many creations, such as the group, is left out.
  const usual = byType.filter(({ length }) => length > creations / 2);
  return {
    records: usual.flatMap((all) => all[all.length >> 1] ?? []),
    recordsPerCreation: events.length / creations,
    bytesPerRecord: sum(events.map(sizeOf)) / events.length,
  };
}

const typeOf = ({ headers }: Message): string => String(headers?.['ce_type']);

async function readSome(brokers: readonly string[], topic: string): Promise<Message[]> {
  const kafka = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: randomUUID() });
  const records: Message[] = [];
  const enough = new AbortController();
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message: { key, value, headers, timestamp } }) => {
      const texts = Object.entries(headers ?? {}).map(([name, text]) => [name, String(text)]);
      const all = Object.fromEntries(texts) as Record<string, string>;
      records.push({
        key: key === null ? null : String(key),
        value: String(value),
        headers: all,
        timestamp,
      });
      if (records.length === SAMPLE_RECORDS) enough.abort();
    },
  });
  if (!enough.signal.aborted) await once(enough.signal, 'abort');
  await consumer.disconnect();
  return records;
}

function sizeOf({ key, value, headers = {} }: Message): number {
  const texts = [String(key), String(value), ...Object.entries(headers).flat().map(String)];
  return sum(texts.map((text) => Buffer.byteLength(text)));
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
