import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Configuration } from '#configuration';
import { eventLogPath, openEventLog, type LogHost } from '#ekiden';
import type { EventLog } from '#event-log';
import type { CommandContext } from './command.js';

/** How the tool opens a log: it is nobody's rival, and its own errors tell what went wrong. */
const TOOL: Omit<LogHost, 'logger'> = {
  node: 'ekidenctl',
  mayWrite: () => true,
  onLost: () => undefined,
};

/** Where the mirror of a topic lies that is copied to, when it has the name of the one that is copied from. */
const TARGET_FOLDER = 'log-copy';

/** Opens the log of the node. Creates none: a log that is missing or empty is one that was named wrongly. */
export async function openLog({ configuration, logging }: CommandContext): Promise<EventLog> {
  const path = eventLogPath(configuration);
  if (path !== undefined && !existsSync(path))
    throw new Error(`there is no event log at ${path}: say with --data_dir or --event_log where it is`);
  const log = await openEventLog(configuration, {
    ...TOOL,
    mayCreate: false,
    logger: logging.logger('log'),
  });
  if ((await log.head()) > 0) return log;
  await log.close();
  throw new Error('the event log holds no events: say with --data_dir or --event_log which one is meant');
}

/** Opens a log as somebody who has read nothing of it: a topic is read from its first record. */
export async function withFreshReading<T>(
  { configuration, logging }: CommandContext,
  eventLog: Configuration['eventLog'],
  use: (log: EventLog) => Promise<T>,
): Promise<T> {
  await mkdir(configuration.dataDir, { recursive: true });
  const dataDir = await mkdtemp(join(configuration.dataDir, 'verify-'));
  try {
    const place = { ...configuration, eventLog, dataDir };
    return await using(
      await openEventLog(place, { ...TOOL, mayCreate: false, logger: logging.logger('log') }),
      use,
    );
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** Opens, or creates, the log that the one of the node is copied to. */
export function openTarget(
  { configuration, logging }: CommandContext,
  eventLog: Configuration['eventLog'],
): Promise<EventLog> {
  const { dataDir, eventLog: source } = configuration;
  const sharesName = source.kind === 'kafka' && eventLog.kind === 'kafka' && source.topic === eventLog.topic;
  return openEventLog(
    { ...configuration, eventLog, dataDir: sharesName ? join(dataDir, TARGET_FOLDER) : dataDir },
    { ...TOOL, logger: logging.logger('log') },
  );
}

/** Uses a log and closes it. */
export async function using<T>(log: EventLog, use: (log: EventLog) => Promise<T>): Promise<T> {
  try {
    return await use(log);
  } finally {
    await log.close();
  }
}
