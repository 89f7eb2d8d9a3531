import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { History, NewRefusal } from '#history';
import type { Logger } from '#observability';
import type { ApiOptions } from '../api-options.js';
import type { ApiParts } from '../api-parts.js';
import { originForm } from '../paths/normalize-url.js';
import { pathOf } from '../paths/path-of.js';
import { actorOf } from '../server/actor.js';
import { isRead } from '../standby/standby-route.js';
import { refusedCommand } from './refused-command.js';

/** Refusals wait for so long, so that many are written together. */
const GATHER_MS = 100;

/** So many wait at most, with bodies of so many bytes together; more than that in so short a time tell nothing new. */
const MOST_WAITING = 1000;
const MOST_WAITING_BYTES = 64e6;

const RECORDED = /^\/(?:v2|ekiden\/v1)(?:\/|$)/;

/**
 * Notes every command that this node refuses while it leads (`spec/operations.md` §18.3), behind the answer's back: what
 * is noted is handed over later, and a failure to keep it is logged and no more. Standbys pass commands on; the leader
 * notes them in the name of the client.
 */
export function refusalFilter(server: FastifyInstance, options: ApiOptions, parts: ApiParts): void {
  const notes = new RefusalNotes(parts.history, options.logging.logger('api.history'));
  const nowMs = options.nowMs ?? Date.now;
  server.addHook('onSend', (request, reply, payload, done) => {
    if (isRefusal(request, reply) && parts.leadership.leadsNow()) {
      notes.add({
        time: nowMs(),
        actor: actorOf(request),
        method: request.method,
        path: originForm(request.originalUrl),
        ...refusedCommand(request.method, pathOf(request.url)),
        status: reply.statusCode,
        reason: reasonIn(payload),
        body: bodyOf(request.body),
      });
    }
    done(null, payload);
  });
  server.addHook('onClose', () => notes.flush());
}

function isRefusal({ method, url }: FastifyRequest, { statusCode }: FastifyReply): boolean {
  if (statusCode < 400 || statusCode > 499) return false;
  return !isRead(method) && method !== 'OPTIONS' && RECORDED.test(pathOf(url));
}

/** Answers about the past come as bytes. */
function reasonIn(payload: unknown): string {
  const text = payload instanceof Uint8Array ? Buffer.from(payload).toString() : payload;
  if (typeof text !== 'string') return '';
  try {
    const { message, details } = JSON.parse(text) as { message?: unknown; details?: unknown };
    return [String(message ?? ''), ...detailTexts(details)].join('; ');
  } catch {
    return text;
  }
}

/** The details of an error envelope are a text, or texts by path. */
function detailTexts(details: unknown): string[] {
  if (typeof details === 'string') return [details];
  if (!Array.isArray(details)) return [];
  return (details as { path?: string; errors?: string[] }[]).map(
    ({ path = '/', errors = [] }) => `${path}: ${errors.join(', ')}`,
  );
}

const NO_BODY = new Uint8Array();

const bodyOf = (body: unknown): Uint8Array => (Buffer.isBuffer(body) ? body : NO_BODY);

/** Refusals on their way to the history. They are handed over one portion after another: what waits here is bounded. */
export class RefusalNotes {
  private waiting: NewRefusal[] = [];
  private waitingBytes = 0;
  private handingOver: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;
  private lost = 0;

  constructor(
    private readonly history: Pick<History, 'noteRefusals'>,
    private readonly logger: Pick<Logger, 'warn'>,
  ) {}

  add(refusal: NewRefusal): void {
    const bytes = this.waitingBytes + refusal.body.length;
    if (this.waiting.length >= MOST_WAITING || bytes > MOST_WAITING_BYTES) {
      this.lost += 1;
      return;
    }
    // A copy: bodies of several requests may lie in one piece of memory.
    this.waiting.push({ ...refusal, body: new Uint8Array(refusal.body) });
    this.waitingBytes = bytes;
    this.timer ??= setTimeout(() => void this.flush(), GATHER_MS).unref();
  }

  /** Resolves when everything that waits now is handed over. */
  flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.handingOver = this.handingOver.then(() => this.handOver());
    return this.handingOver;
  }

  private async handOver(): Promise<void> {
    const { waiting, lost } = this;
    if (waiting.length === 0) return;
    this.waiting = [];
    this.waitingBytes = 0;
    this.lost = 0;
    if (lost > 0) this.logger.warn({ lost }, 'too many commands are refused to keep a note of each');
    try {
      await this.history.noteRefusals(waiting);
    } catch (error) {
      this.logger.warn({ error, refusals: waiting.length }, 'refused commands could not be noted');
    }
  }
}
