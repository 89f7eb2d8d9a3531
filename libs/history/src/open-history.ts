import type { EventLog } from '#event-log';
import { IN_MEMORY } from './indexing/index-file.js';
import { LocalHistory } from './local-history.js';
import type {
  AuditDigest,
  AuditPortion,
  CommandPage,
  CommandTrace,
  DeploymentPage,
  DeploymentQuery,
  FailurePage,
  History,
  HistoryPage,
  HistoryQuery,
  HistoryQuestion,
  InstanceOrigin,
  KeptRefusal,
  NewRefusal,
  RangeQuery,
  RefusalQuery,
} from './port.js';
import { HistoryUnavailableError } from './port.js';
import { HistoryThread } from './thread/history-thread.js';
import type { HistoryStart } from './thread/messages.js';

/** An index is kept up with its log from so long after the start on. */
const KEEP_UP_AFTER_MS = 30_000;

/** Beside the file of a log lies its index, under this name. */
export const INDEX_SUFFIX = '.history';

/**
 * The history of a log. That of a log in a file is kept and asked on a thread of its own; that of a log in memory, which
 * is for tests, on the thread of the caller.
 *
 * @param refusals the file of the refused commands.
 * @param keepUpAfterMs how long after the call of `keepUp` the index is begun with.
 */
export function openHistory(
  log: Pick<EventLog, 'file' | 'head' | 'read'>,
  refusals: string,
  keepUpAfterMs = KEEP_UP_AFTER_MS,
): History {
  const { file } = log;
  if (file !== undefined) {
    const start = { log: file, index: file + INDEX_SUFFIX, refusals };
    return new HistoryDoor(new ThreadKeeper(start, keepUpAfterMs));
  }
  const source = {
    head: () => log.head(),
    read: (after: number, limit: number) => log.read(after, limit),
    close: () => undefined,
  };
  return new HistoryDoor(
    new SameThread(() => LocalHistory.open(source, { index: IN_MEMORY, refusals: IN_MEMORY })),
  );
}

/** Where questions are answered. */
interface Answering {
  keepUp(): void;
  ask(method: HistoryQuestion, args: readonly unknown[]): Promise<unknown>;
  close(): Promise<void>;
}

/** Sees to it that there is a thread: begun with the first question, and anew with the next after one has died. */
class ThreadKeeper implements Answering {
  readonly #start: Omit<HistoryStart, 'gateMemory'>;
  readonly #keepUpAfterMs: number;
  #thread: HistoryThread | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(start: Omit<HistoryStart, 'gateMemory'>, keepUpAfterMs: number) {
    this.#start = start;
    this.#keepUpAfterMs = keepUpAfterMs;
  }

  /** Begins when the process has had some time to get going, unless somebody asks before. */
  keepUp(): void {
    this.#timer = setTimeout(() => this.#begin(), this.#keepUpAfterMs).unref();
  }

  #begin(): void {
    try {
      this.#living();
    } catch {
      // There is no thread to be had now; a question will tell.
    }
  }

  async ask(method: HistoryQuestion, args: readonly unknown[]): Promise<unknown> {
    if (this.#isClosed) throw new HistoryUnavailableError('The history is closed');
    return this.#living().ask(method, args);
  }

  #living(): HistoryThread {
    if (this.#thread === undefined || this.#thread.ended) this.#thread = new HistoryThread(this.#start);
    return this.#thread;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#thread?.close();
  }
}

class SameThread implements Answering {
  readonly #open: () => Promise<LocalHistory>;
  #history: Promise<LocalHistory> | undefined;

  constructor(open: () => Promise<LocalHistory>) {
    this.#open = open;
  }

  /** Questions find the little there is quickly enough. */
  keepUp(): void {}

  async ask(method: HistoryQuestion, args: readonly unknown[]): Promise<unknown> {
    this.#history ??= this.#open();
    const history = await this.#history;
    return (history[method] as (...args: readonly unknown[]) => Promise<unknown>).apply(history, [...args]);
  }

  async close(): Promise<void> {
    await (await this.#history)?.close();
  }
}

/** The port in front of whoever answers. */
class HistoryDoor implements History {
  readonly #answering: Answering;

  constructor(answering: Answering) {
    this.#answering = answering;
  }

  keepUp(): void {
    this.#answering.keepUp();
  }

  search(query: HistoryQuery) {
    return this.#ask<HistoryPage>('search', query);
  }

  commands(query: HistoryQuery) {
    return this.#ask<CommandPage>('commands', query);
  }

  command(correlation: string, page: { limit: number; behind?: number }) {
    return this.#ask<CommandTrace | undefined>('command', correlation, page);
  }

  origin(instanceId: string) {
    return this.#ask<InstanceOrigin | undefined>('origin', instanceId);
  }

  failures(appId: string, page: RangeQuery) {
    return this.#ask<FailurePage>('failures', appId, page);
  }

  deployments(query: DeploymentQuery) {
    return this.#ask<DeploymentPage>('deployments', query);
  }

  deployment(id: string) {
    return this.#ask<Awaited<ReturnType<History['deployment']>>>('deployment', id);
  }

  auditDigest(position: number) {
    return this.#ask<AuditDigest>('auditDigest', position);
  }

  auditPortion(after: AuditDigest, to: number) {
    return this.#ask<AuditPortion>('auditPortion', after, to);
  }

  noteRefusals(refusals: readonly NewRefusal[]) {
    return this.#ask<void>('noteRefusals', refusals);
  }

  refusals(query: RefusalQuery) {
    return this.#ask<readonly KeptRefusal[]>('refusals', query);
  }

  close(): Promise<void> {
    return this.#answering.close();
  }

  async #ask<T>(method: HistoryQuestion, ...args: readonly unknown[]): Promise<T> {
    return (await this.#answering.ask(method, args)) as T;
  }
}
