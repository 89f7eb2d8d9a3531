import type { EventLog } from '#event-log';
import type { ApiParts } from '../api-parts.js';
import { reachedWithin } from '../standby/reached-within.js';
import { FairTurns } from './fair-turns.js';
import type { LogEntry } from './log-entry.js';
import { ReplayPages } from './replay-pages.js';
import type { StreamConnection } from './stream-connection.js';
import type { StreamSpan } from './subscription.js';

/** How long a subscriber who is ahead of this node waits before the leader is asked about that once more. */
const ASK_AGAIN_MS = 2000;

/** How long what is on the log may take to be shown. */
const ON_ITS_WAY_MS = 500;

/** How long a stream with an end waits for more before it looks whether the reader is still there. */
const LOOK_AGAIN_MS = 10_000;

/** Who catches up, and how. */
export interface Reader {
  readonly connection: StreamConnection;
  /** Takes the next entries of the log. */
  readonly give: (entries: readonly LogEntry[]) => void;
  /** Is told that the log begins at `oldest`, behind what was asked for. */
  readonly missed: (oldest: number, requested: number) => void;
  /** Has seen everything that reads show, and is live from now on. */
  readonly join: () => void;
}

/** Sends subscribers what they missed, page by page at their pace, and never anything that reads do not show yet. */
export class Replay {
  private readonly pages: ReplayPages;
  /** Reading and writing a page takes some milliseconds of the thread that decides and answers. */
  private readonly turns = new FairTurns();
  private readers = 0;

  constructor(
    private readonly log: Pick<EventLog, 'read' | 'checkWritable'>,
    private readonly parts: Pick<ApiParts, 'projection' | 'reads' | 'term'>,
  ) {
    this.pages = new ReplayPages(log);
  }

  /** Resolves when the reader has joined the live ones, its stream is over, or it has gone. */
  async run(span: StreamSpan, reader: Reader): Promise<void> {
    this.readers += 1;
    try {
      await this.send(span, reader);
    } finally {
      this.readers -= 1;
      if (this.readers === 0) this.pages.forget();
    }
  }

  private async send({ after, until }: StreamSpan, reader: Reader): Promise<void> {
    const { projection } = this.parts;
    const { connection } = reader;
    await this.reach(connection, after ?? 0);
    let position = after ?? projection.position;
    let isFirst = true;
    while (!connection.closed) {
      if (until !== undefined && position >= until) return connection.end();
      if (position >= projection.position) {
        // No await stands between this check and joining, so no event can slip between replay and live.
        if (until === undefined) return reader.join();
        if (!projection.following) return connection.end();
        await reachedWithin(projection, position + 1, LOOK_AGAIN_MS);
        continue;
      }
      await this.turns.next();
      const upTo = Math.min(projection.position, until ?? Infinity);
      const entries = await this.pages.behind(position, upTo);
      await connection.idle();
      const oldest = entries[0]?.position ?? position + 1;
      if (isFirst && oldest > position + 1) reader.missed(oldest, position);
      isFirst = isFirst && entries.length === 0;
      reader.give(entries);
      position = entries.at(-1)?.position ?? Math.min(upTo, this.pages.pageEnd(position));
    }
  }

  /**
   * Waits until reads show what the subscriber has seen at another node, which may be ahead of this one: it would get
   * it twice otherwise. Whoever speaks of a position that not even the leader has comes from another cluster, and joins
   * at once.
   */
  private async reach(connection: StreamConnection, after: number): Promise<void> {
    const { projection, term } = this.parts;
    while (!connection.closed && projection.following && after > projection.position) {
      const isBeyond = (await term.begun())
        ? await this.isBeyondLog(after)
        : await this.isBeyondLeader(after);
      if (isBeyond) return;
      await reachedWithin(projection, after, ASK_AGAIN_MS);
    }
  }

  private async isBeyondLeader(after: number): Promise<boolean> {
    const confirmation = await this.parts.reads.confirm();
    return confirmation.current && after > confirmation.leaderPosition;
  }

  /**
   * Of a log that others follow the leader may be the last to know that what it has written is there: as long as the log
   * takes no writes nobody can tell. Otherwise it is waited for what was on its way.
   */
  private async isBeyondLog(after: number): Promise<boolean> {
    const { projection } = this.parts;
    const isTold = await this.log.checkWritable().then(
      () => true,
      () => false,
    );
    return isTold && !(await reachedWithin(projection, after, ON_ITS_WAY_MS));
  }
}
