import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { SendableAnswer } from '../server/send.js';
import type { Answer } from '../wire/answer.js';
import type { StateRead } from './state-read.js';

const compress = promisify(gzip);

/** Shorter answers cost less to write than to look up. */
const MIN_LENGTH = 64 * 1024;

/** What all answers that are kept may take, compressed forms apart: a tenth more. */
const MAX_BYTES = 32 * 1024 * 1024;

/** A long answer that is written and encoded once for all who ask while nothing changes. */
export class SharedAnswer {
  readonly plain: SendableAnswer & { readonly body: Buffer };
  private compressed: Promise<Buffer> | undefined;

  constructor(answer: Answer) {
    this.plain = { ...answer, body: Buffer.from(answer.body ?? '') };
  }

  /** The body as gzip; made off the event loop, when the first client takes it. */
  gzipped(): Promise<Buffer> {
    this.compressed ??= compress(this.plain.body);
    return this.compressed;
  }
}

/**
 * Long answers, for as long as the state they show is the present one. Dashboards and load balancers ask for the same few
 * documents again and again, and between two events nothing in these can change.
 */
export class SharedAnswers {
  private position = -1;
  private bytes = 0;
  private readonly byRead = new Map<string, SharedAnswer>();

  /** The answer to a read of the state at a position; `make` writes it if nobody has yet. Short ones are not shared. */
  to(read: StateRead, position: number, make: () => Answer): SharedAnswer | Answer {
    const key = keyOf(read);
    if (key === undefined) return make();
    if (position !== this.position) this.beginAt(position);
    const known = this.byRead.get(key);
    if (known !== undefined) return known;
    const answer = make();
    if ((answer.body?.length ?? 0) < MIN_LENGTH) return answer;
    const shared = new SharedAnswer(answer);
    if (this.bytes + shared.plain.body.length > MAX_BYTES) this.beginAt(position);
    this.bytes += shared.plain.body.length;
    this.byRead.set(key, shared);
    return shared;
  }

  private beginAt(position: number): void {
    this.position = position;
    this.bytes = 0;
    this.byRead.clear();
  }
}

/** `undefined` for what depends on the time of day, too: life times of tasks and delays of the launch queue. */
function keyOf(read: StateRead): string | undefined {
  if (read.kind === 'queue') return undefined;
  const key = JSON.stringify(read);
  return key.includes('taskStats') ? undefined : key;
}
