import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Configuration, KafkaLocation } from '#configuration';
import {
  createMemoryEventLog,
  openKafkaEventLog,
  openSqliteEventLog,
  type EventLog,
  type KafkaTls,
  type KafkaTopicAddress,
} from '#event-log';
import type { Logger } from '#observability';
import { SettingError } from './setting-error.js';

/** What a log that several nodes share needs to know of the one that opens it. */
export interface LogHost {
  readonly logger: Logger;
  /** How the node calls itself at the brokers. */
  readonly node: string;
  /** Whether the node may act as the leader: asked before it takes its place as the writer again. */
  readonly mayWrite: () => boolean;
  /** Whether a topic that is missing is created; true unless given. */
  readonly mayCreate?: boolean;
  /** The log cannot be followed any more. */
  readonly onLost: (error: Error) => void;
}

/** Opens the event log that the configuration names. Rejects with `LogOpenError`. */
export async function openEventLog(configuration: Configuration, host: LogHost): Promise<EventLog> {
  const { logger } = host;
  const { eventLog, dataDir } = configuration;
  switch (eventLog.kind) {
    case 'memory':
      logger.warn({}, 'the event log lives in memory: everything is forgotten when Ekiden stops');
      return createMemoryEventLog().log;
    case 'sqlite': {
      const path = sqlitePath(eventLog, dataDir);
      const onWarning = (message: string): void => logger.warn({ path }, message);
      return openSqliteEventLog({ path, folderMode: folderMode(configuration), onWarning });
    }
    case 'kafka':
      return openSharedLog(eventLog, configuration, host);
  }
}

/** The file of a log that belongs to this node alone; nothing for other logs. */
export function eventLogPath({ eventLog, dataDir }: Configuration): string | undefined {
  return eventLog.kind === 'sqlite' ? sqlitePath(eventLog, dataDir) : undefined;
}

const sqlitePath = (log: { readonly path: string | undefined }, dataDir: string): string =>
  log.path ?? join(dataDir, 'events.db');

/** Whether other nodes write and follow the same log. */
export const isShared = ({ eventLog }: Pick<Configuration, 'eventLog'>): boolean => eventLog.kind === 'kafka';

/** The log of a topic, mirrored in the data directory. */
async function openSharedLog(
  { brokers, topic }: KafkaLocation,
  configuration: Configuration,
  { logger, node, mayWrite, mayCreate, onLost }: LogHost,
): Promise<EventLog> {
  return openKafkaEventLog({
    brokers,
    topic,
    tls: await tlsOf(configuration),
    sasl: loginOf(configuration),
    replicationFactor: configuration.kafkaReplicationFactor,
    mirrorPath: join(configuration.dataDir, `kafka-${topic}.db`),
    folderMode: folderMode(configuration),
    node,
    mayWrite,
    mayCreate,
    onLost,
    onWarning: (message) => logger.warn({ topic }, message),
  });
}

async function tlsOf({
  kafkaTls,
  kafkaTlsCa,
  kafkaTlsCert,
  kafkaTlsKey,
}: Configuration): Promise<KafkaTls | undefined> {
  if (!kafkaTls) return undefined;
  const [ca, cert, key] = await Promise.all([kafkaTlsCa, kafkaTlsCert, kafkaTlsKey].map(readPem));
  return { ca, cert, key };
}

async function readPem(path: string | undefined): Promise<string | undefined> {
  try {
    return path === undefined ? undefined : await readFile(path, 'utf8');
  } catch (error) {
    throw new SettingError(`${path} cannot be read: ${(error as Error).message}`);
  }
}

function loginOf(configuration: Configuration): KafkaTopicAddress['sasl'] {
  const { kafkaSaslMechanism, kafkaSaslUsername = '', kafkaSaslPassword = '' } = configuration;
  if (kafkaSaslMechanism === undefined) return undefined;
  const mechanism = kafkaSaslMechanism as 'plain';
  return { mechanism, username: kafkaSaslUsername, password: kafkaSaslPassword };
}

/**
 * The sandboxes of the local cluster lie beside the log. Root runs tasks as users of their own, and these have to get
 * there, though without seeing what else there is.
 */
function folderMode({ master }: Configuration): number {
  const switchesUser = master.kind === 'local' && process.getuid?.() === 0;
  return switchesUser ? 0o711 : 0o700;
}
