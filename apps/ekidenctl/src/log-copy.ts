import { loadConfiguration, type Configuration } from '#configuration';
import type { EventLog, StoredEvent } from '#event-log';
import type { Command, CommandContext } from './command.js';
import { openLog, openTarget, using, withFreshReading } from './open-log.js';
import { summarize } from './state-hash.js';

/** So often the progress is told. */
const PROGRESS_INTERVAL_MS = 2000;

/** Moves a cluster from one kind of log to another (`design.md` §3). */
export const logCopy: Command = {
  name: 'log copy',
  summary: 'copy the event log to another one, SQLite to Kafka or back, and compare the states',
  details: [
    'Copies every event as it is, with its position, time and term, and then folds both logs from their first event:',
    'the copy is good when the hashes of the two states are equal. The source is the log of the node (--event_log,',
    '--data_dir); it is only read. A target file must be empty, or hold the beginning of the same log, as after a copy',
    'that was broken off: then the copy goes on where it ended. A target topic must be new.',
    'Stop the nodes before, so that nothing is added to the source behind the back of the copy.',
  ],
  options: {
    to: {
      placeholder: 'LOG',
      description:
        'The target: sqlite:<path> or kafka://host:port,…/topic (--kafka_… flags hold for both logs).',
    },
  },
  async run(context) {
    const { configuration, options } = context;
    const target = options.get('to');
    if (target === undefined) throw new Error('`--to` is missing: it names the log to copy to');
    const targetLog = targetNamed(target, configuration);
    const source = await openLog(context);
    try {
      await using(await openTarget(context, targetLog), (copy) =>
        fill(context, source, copy, targetLog.kind),
      );
      // As a node would that has never seen it, so that nothing which the copying itself left here can deceive.
      return await withFreshReading(context, targetLog, (copy) => compare(context, source, copy));
    } finally {
      await source.close();
    }
  },
};

/** Folds a log and tells where it stands. */
export const logVerify: Command = {
  name: 'log verify',
  summary: 'read the whole event log and print the position and the hash of the state it makes',
  details: [
    'Reads every event from the first one; a gap, an unknown event or a damaged file is an error. Two logs with the',
    'same position and the same hash make the same state.',
  ],
  options: {},
  async run(context) {
    const log = await openLog(context);
    try {
      const { position, stateHash } = await summarize(log);
      context.print(`Position    ${position}`);
      context.print(`State hash  ${stateHash}`);
      return 0;
    } finally {
      await log.close();
    }
  },
};

/** The log that is copied to; never the one that is copied from. */
function targetNamed(text: string, configuration: Configuration): Configuration['eventLog'] {
  const loaded = loadConfiguration({ argv: ['--disable_ha', '--event_log', text], env: {} });
  if (!loaded.ok || !('configuration' in loaded)) {
    const reason = loaded.ok ? '' : loaded.messages.join('; ').replace('--event_log', '--to');
    throw new Error(reason === '' ? `\`--to ${text}\` names no log` : reason);
  }
  const { eventLog } = loaded.configuration;
  if (JSON.stringify(eventLog) === JSON.stringify(configuration.eventLog))
    throw new Error('source and target are the same log');
  return eventLog;
}

async function fill(
  { print }: CommandContext,
  source: EventLog,
  copy: EventLog,
  kind: Configuration['eventLog']['kind'],
): Promise<void> {
  const [head, begun] = [await source.head(), await copy.head()];
  if (kind === 'kafka' && begun > 0) throw usedTopic(`it holds ${begun} events`);
  await checkBeginning(source, copy, begun);
  if (begun > 0) print(`Going on behind position ${begun}.`);
  if (begun >= head) return;
  const epoch = await copy.claimEpoch();
  const [first] = await source.read(0, 1);
  if (kind === 'kafka' && epoch > (first?.epoch ?? 0))
    throw usedTopic(`somebody has begun its term ${epoch - 1}`);
  await copyEvents(source, copy, { head, begun, epoch, print });
}

/** Readers of a topic pass over what is of an earlier term than what they have read. */
const usedTopic = (reason: string): Error =>
  new Error(
    `the target is not new: ${reason}. Copy to a topic that does not exist, or delete this one before`,
  );

async function compare({ print }: CommandContext, source: EventLog, copy: EventLog): Promise<number> {
  const [wanted, got] = [await summarize(source), await summarize(copy)];
  print(`Source  position ${wanted.position}, state hash ${wanted.stateHash}`);
  print(`Copy    position ${got.position}, state hash ${got.stateHash}`);
  const isEqual = wanted.position === got.position && wanted.stateHash === got.stateHash;
  print(isEqual ? 'The copy is good.' : 'The copy DIFFERS: do not use it.');
  return isEqual ? 0 : 1;
}

/** What the target holds already must be what the source begins with. */
async function checkBeginning(source: EventLog, copy: EventLog, begun: number): Promise<void> {
  if (begun === 0) return;
  const [[expected], [found]] = await Promise.all([source.read(begun - 1, 1), copy.read(begun - 1, 1)]);
  if (expected?.id === found?.id) return;
  throw new Error(`the target holds another log: its event at position ${begun} is not that of the source`);
}

interface Stretch {
  readonly head: number;
  readonly begun: number;
  readonly epoch: number;
  readonly print: (line: string) => void;
}

async function copyEvents(source: EventLog, copy: EventLog, stretch: Stretch): Promise<void> {
  const { head, begun, epoch, print } = stretch;
  let toldMs = performance.now();
  const takeIn = async (batch: readonly StoredEvent[]): Promise<void> => {
    await copy.adopt(batch, epoch);
    const position = batch.at(-1)?.position ?? begun;
    if (position >= head) return void subscription.close();
    if (performance.now() - toldMs < PROGRESS_INTERVAL_MS) return;
    toldMs = performance.now();
    print(`${position} of ${head} events (${Math.floor((position / head) * 100)} %)`);
  };
  // Deliveries hold whole batches, so that none is torn by a copy that is broken off.
  const subscription = source.subscribe(begun, takeIn);
  const error = await subscription.ended;
  if (error !== undefined) throw error;
}
