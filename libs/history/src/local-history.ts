import { ExitGate } from '#event-log';
import { auditDigest, auditPortion } from './asking/audit.js';
import { commands } from './asking/commands.js';
import { deploymentOf, deployments, failures } from './asking/deployments.js';
import { search } from './asking/search.js';
import { originOf, traceOf } from './asking/traces.js';
import { isDamage, isUnwritable, reasonOf } from './indexing/failures.js';
import type { EventSource } from './indexing/event-source.js';
import { LogIndex, SMALL_STEP } from './indexing/log-index.js';
import type {
  AuditDigest,
  DeploymentQuery,
  History,
  HistoryQuery,
  NewRefusal,
  RangeQuery,
  RefusalQuery,
} from './port.js';
import { HistoryUnavailableError } from './port.js';
import { RefusalFile } from './refusals/refusal-file.js';

/** How often the log is looked at for something new. */
const LOOK_INTERVAL_MS = 1000;

/** While the log grows, so much of the time goes to indexing at most: the rest is the writer's. */
const BUSY_SHARE = 0.1;

/** The same while the log rests, and there is something left to index. */
const QUIET_SHARE = 0.5;

/** So long a question waits for an index that is far behind, as after an update or the loss of its file. */
const CATCH_UP_LIMIT_MS = 20_000;

/** Where everything lies. */
export interface HistoryFiles {
  /** Of the index; `IN_MEMORY` for none. */
  readonly index: string;
  /** Of the refused commands; `IN_MEMORY` for none. */
  readonly refusals: string;
}

/** The history on the thread that calls it. */
export class LocalHistory implements History {
  readonly #index: LogIndex;
  readonly #refusals: RefusalFile;
  #timer: NodeJS.Timeout | undefined;
  /** Of the log, when it was last looked at. */
  #head = 0;
  #isClosed = false;

  private constructor(index: LogIndex, refusals: RefusalFile) {
    this.#index = index;
    this.#refusals = refusals;
  }

  /** @param gate what the files are used behind, if the process may end meanwhile. */
  static async open(source: EventSource, files: HistoryFiles, gate = new ExitGate()): Promise<LocalHistory> {
    const refusals = gate.guard(() => new RefusalFile(files.refusals));
    try {
      return new LocalHistory(await LogIndex.open({ source, path: files.index, gate }), refusals);
    } catch (error) {
      refusals.close();
      throw error;
    }
  }

  keepUp(): void {
    this.#lookIn(LOOK_INTERVAL_MS);
  }

  #lookIn(delayMs: number): void {
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => void this.#look(), delayMs);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    const startedMs = performance.now();
    let delayMs = LOOK_INTERVAL_MS;
    try {
      const isMore = await this.#index.step(SMALL_STEP);
      const head = await this.#index.source.head();
      const share = head === this.#head ? QUIET_SHARE : BUSY_SHARE;
      this.#head = head;
      if (isMore) delayMs = (performance.now() - startedMs) * (1 / share - 1);
    } catch {
      // A question will tell: it tries the same, and has somebody to tell it to.
    }
    this.#lookIn(delayMs);
  }

  search(query: HistoryQuery) {
    return this.#ask(() => search(this.#index, query));
  }

  commands(query: HistoryQuery) {
    return this.#ask(() => commands(this.#index, query));
  }

  command(correlation: string, page: { limit: number; behind?: number }) {
    return this.#ask(() => traceOf(this.#index, correlation, page));
  }

  origin(instanceId: string) {
    return this.#ask(() => originOf(this.#index, instanceId));
  }

  failures(appId: string, page: RangeQuery) {
    return this.#ask(() => failures(this.#index, appId, page));
  }

  deployments(query: DeploymentQuery) {
    return this.#ask(() => deployments(this.#index, query));
  }

  deployment(id: string) {
    return this.#ask(() => deploymentOf(this.#index, id));
  }

  auditDigest(position: number) {
    return this.#ask(() => auditDigest(this.#index, position));
  }

  auditPortion(after: AuditDigest, to: number) {
    return this.#ask(() => auditPortion(this.#index, after, to));
  }

  async noteRefusals(refusals: readonly NewRefusal[]): Promise<void> {
    this.#refusals.add(refusals);
  }

  async refusals(query: RefusalQuery) {
    return this.#refusals.list(query);
  }

  /** Answers once the index holds what is on the log now; one that is damaged is made anew first. */
  async #ask<T>(answer: () => Promise<T>): Promise<T> {
    try {
      await this.#catchUp();
      return await answer();
    } catch (error) {
      if (isUnwritable(error))
        throw new HistoryUnavailableError(`The index of the history cannot be written: ${reasonOf(error)}`);
      if (!isDamage(error)) throw error;
      await this.#index.rebuild();
      await this.#catchUp();
      return answer();
    }
  }

  async #catchUp(): Promise<void> {
    const { goal, reached } = await this.#index.catchUp(CATCH_UP_LIMIT_MS);
    if (reached < goal) {
      throw new HistoryUnavailableError(
        `The index of the history is being built: ${reached} of ${goal} events are in it; try again soon`,
      );
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#index.close();
    this.#index.source.close();
    this.#refusals.close();
  }
}
