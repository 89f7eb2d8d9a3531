import { parsed, refused, unexpected, type Parsed, type ValueType } from './value-type.js';

/**
 * Which event log a node writes: one SQLite file of its own (`path` unless it lies in `--data_dir`), a Kafka topic that
 * several nodes share, or memory for tests.
 */
export type EventLogLocation =
  | { readonly kind: 'sqlite'; readonly path: string | undefined }
  | KafkaLocation
  | { readonly kind: 'memory' };

/** A topic, and where to ask for it. */
export interface KafkaLocation {
  readonly kind: 'kafka';
  /** `host:port` of some brokers; they tell of the others. */
  readonly brokers: readonly string[];
  readonly topic: string;
}

const DEFAULT_PORT = 9092;

/** What Kafka takes as the name of a topic. */
const TOPIC = /^(?!\.{1,2}$)[\w.-]{1,249}$/;

/** What `--event_log` takes. */
export const eventLogType: ValueType<EventLogLocation> = {
  arity: 'value',
  expects: '`sqlite`, `sqlite:<path>` or `kafka://host:port,…/topic`',
  placeholder: 'sqlite[:PATH]|kafka://HOST:PORT,…/TOPIC',
  parse(text) {
    if (text.startsWith('kafka:')) return parseKafka(text);
    if (text === 'sqlite') return parsed({ kind: 'sqlite', path: undefined });
    const path = /^sqlite:(.+)$/s.exec(text)?.[1];
    return path === undefined ? unexpected : parsed({ kind: 'sqlite', path });
  },
  show: showLocation,
};

function parseKafka(text: string): Parsed<EventLogLocation> {
  const match = /^kafka:\/\/(?<brokers>[^/]*)\/(?<topic>.*)$/s.exec(text);
  if (match?.groups === undefined) return unexpected;
  const { brokers: list = '', topic = '' } = match.groups;
  if (list.includes('@')) return refused('must not hold credentials: they have flags of their own');
  const brokers = list.split(',').map((broker) => broker.trim());
  const wrong = brokers.find((broker) => !isBroker(broker));
  if (wrong !== undefined) return refused(`names the broker \`${wrong}\`, which is not host:port`);
  if (!TOPIC.test(topic))
    return refused(
      `names the topic \`${topic}\`; a topic has 1 to 249 letters, digits, \`.\`, \`_\` or \`-\``,
    );
  return parsed({ kind: 'kafka', brokers: [...new Set(brokers.map(withPort))], topic });
}

function isBroker(text: string): boolean {
  const match = /^(?:[A-Za-z0-9._-]+|\[[\da-fA-F:.]+\])(?::(?<port>\d+))?$/.exec(text);
  const port = match?.groups?.['port'];
  return match !== null && (port === undefined || (Number(port) >= 1 && Number(port) <= 65_535));
}

const withPort = (broker: string): string => (/:\d+$/.test(broker) ? broker : `${broker}:${DEFAULT_PORT}`);

function showLocation(location: EventLogLocation): string {
  switch (location.kind) {
    case 'memory':
      return 'memory';
    case 'sqlite':
      return ['sqlite', location.path].filter(Boolean).join(':');
    case 'kafka':
      return `kafka://${location.brokers.join(',')}/${location.topic}`;
  }
}
