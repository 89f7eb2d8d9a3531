import { canonicalPath, formatTimestamp, isSubmittedId } from '#domain';
import { positionAt, type EventLog } from '#event-log';
import type { HistoryQuery, RangeQuery } from '#history';
import { readMoment, type MomentText } from '../past/moment-text.js';
import { listParam, textParam, type Query } from '../paths/query.js';
import { errorAnswer, type Answer } from '../wire/answer.js';

/** What is wrong with a request, as its answer. */
export class BadQueryError extends Error {
  readonly answer: Answer;

  constructor(message: string, status = 400) {
    super(message);
    this.answer = errorAnswer(status, message);
  }
}

const DEFAULT_LIMIT = 50;
const LARGEST_LIMIT = 1000;

/** `limit`: 1 to 1,000, 50 unless given. */
export function limitParam(query: Query): number {
  const text = textParam(query, 'limit');
  if (text === undefined) return DEFAULT_LIMIT;
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= LARGEST_LIMIT) return limit;
  throw new BadQueryError(`Invalid limit '${text}'. Expecting a number from 1 to ${LARGEST_LIMIT}.`);
}

/** One of a few words; the first of them unless given. */
export function choiceParam<const T extends string>(
  query: Query,
  name: string,
  [first, ...others]: readonly [T, ...T[]],
): T {
  const choices = [first, ...others];
  const text = textParam(query, name);
  if (text === undefined) return first;
  const choice = choices.find((one) => one === text);
  if (choice !== undefined) return choice;
  throw new BadQueryError(`Invalid ${name} '${text}'. Expecting one of: ${choices.join(', ')}.`);
}

/** An id of an app or a group, absolute or as below the root. */
export function idParam(query: Query, name: string): string | undefined {
  const text = textParam(query, name);
  if (text === undefined) return undefined;
  if (isSubmittedId(text)) return canonicalPath(text);
  throw new BadQueryError(`Invalid ${name} '${text}'. Expecting the id of an ${name}, such as /shop/cart.`);
}

/** A whole number that an earlier page gave as `next`. */
export function cursorParam(query: Query): number | undefined {
  const text = textParam(query, 'cursor');
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new BadQueryError(`Invalid cursor '${text}'. Expecting 'next' of the page before.`);
}

/** The log, and the clock that tells what lies in the future. */
export interface TimedLog {
  readonly log: Pick<EventLog, 'head' | 'read'>;
  /** Wall clock, epoch ms. */
  readonly nowMs: () => number;
}

/**
 * The positions between `from` and `to`, both ends included; either may be a position or a time. Where `from` is a time, the
 * first event at or after it counts.
 */
export async function rangeParams(
  query: Query,
  { log, nowMs }: TimedLog,
): Promise<{ from?: number; to?: number }> {
  const [from, to] = [momentParam(query, 'from'), momentParam(query, 'to')];
  await refuseFuture({ from, to }, { log, nowMs });
  const range: { from?: number; to?: number } = {};
  if (from !== undefined) {
    range.from =
      from.kind === 'position' ? Math.max(1, from.position) : (await positionAt(log, from.timeMs - 1)) + 1;
  }
  if (to !== undefined) range.to = to.kind === 'position' ? to.position : await positionAt(log, to.timeMs);
  return range;
}

/** An answer about what has not happened yet would be another one tomorrow. */
export async function refuseFuture(
  moments: Readonly<Record<string, MomentText | undefined>>,
  { log, nowMs }: TimedLog,
): Promise<void> {
  const head = await log.head();
  const newest = head === 0 ? undefined : (await log.read(head - 1, 1))[0];
  const latestMs = Math.max(nowMs(), newest?.time ?? 0);
  for (const [name, moment] of Object.entries(moments)) {
    if (moment?.kind === 'position' && moment.position > head) {
      const message = `'${name}' lies in the future: position ${moment.position} is behind the newest, ${head}`;
      throw new BadQueryError(message);
    }
    if (moment?.kind === 'time' && moment.timeMs > latestMs) {
      throw new BadQueryError(`'${name}' lies in the future: ${formatTimestamp(moment.timeMs)}`);
    }
  }
}

/** The same range as times, for what is not on the log; a position stands for the time of its event. */
export async function timeRange(
  { from, to }: { from?: number; to?: number },
  query: Query,
  { log }: TimedLog,
): Promise<{ fromMs?: number; toMs?: number }> {
  const times: { fromMs?: number; toMs?: number } = {};
  const timeOf = async (name: string, position: number | undefined): Promise<number | undefined> => {
    const moment = momentParam(query, name);
    if (moment?.kind === 'time') return moment.timeMs;
    if (position === undefined) return undefined;
    return (await log.read(position - 1, 1))[0]?.time;
  };
  const [fromMs, toMs] = [await timeOf('from', from), await timeOf('to', to)];
  if (fromMs !== undefined) times.fromMs = fromMs;
  if (toMs !== undefined) times.toMs = toMs;
  return times;
}

/** A position or a time. */
export function momentParam(query: Query, name: string): MomentText | undefined {
  const text = textParam(query, name);
  if (text === undefined) return undefined;
  const moment = readMoment(text);
  if (moment !== undefined) return moment;
  throw new BadQueryError(`Invalid ${name} '${text}'. Expecting a position or an RFC 3339 time.`);
}

/** A page of something in a range of positions. */
export async function pageParams(query: Query, log: TimedLog): Promise<RangeQuery> {
  const behind = cursorParam(query);
  return {
    ...(await rangeParams(query, log)),
    limit: limitParam(query),
    ...(behind === undefined ? {} : { behind }),
  };
}

const TYPE = /^[A-Za-z]{1,64}$/;
const TYPE_PREFIX = 'io.ekiden.';

/** Names of event types, with or without the prefix that CloudEvents have. */
function typesParam(query: Query): string[] {
  return listParam(query, 'type')
    .filter((text) => text !== '')
    .map((text) => {
      const type = text.startsWith(TYPE_PREFIX) ? text.slice(TYPE_PREFIX.length) : text;
      if (TYPE.test(type)) return type;
      throw new BadQueryError(
        `Invalid type '${text}'. Expecting the name of an event type, such as AppCreated.`,
      );
    });
}

/** Everything that the history is asked for, apart from limit and cursor. */
export async function historyQuery(
  query: Query,
  log: TimedLog,
): Promise<Omit<HistoryQuery, 'limit' | 'behind'>> {
  const texts = {
    app: idParam(query, 'app'),
    group: idParam(query, 'group'),
    instance: textParam(query, 'instance'),
    deployment: textParam(query, 'deployment'),
    stream: textParam(query, 'stream'),
    actor: textParam(query, 'actor'),
    correlation: textParam(query, 'correlation'),
    causedBy: textParam(query, 'causedBy'),
  };
  const given = Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== undefined));
  const types = typesParam(query);
  const order = choiceParam(query, 'order', ['desc', 'asc']);
  return { ...given, ...(types.length === 0 ? {} : { types }), ...(await rangeParams(query, log)), order };
}
