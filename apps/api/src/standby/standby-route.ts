import type { Configuration } from '#configuration';
import { pathOf } from '../paths/path-of.js';
import { booleanParam, textParam, type Query } from '../paths/query.js';

/**
 * What a node that does not lead does with a request (`spec/operations.md` §7.1, §7.3):
 * - `here`: answers it as any node does;
 * - `read`: answers it from its projection, once that is known to be current;
 * - `leader-read`: lets the leader answer it, which alone knows all of it, and falls back on what it knows itself;
 * - `forward`: lets the leader answer it, or fails;
 * - `redirect`: sends the client to the leader.
 */
export type StandbyRoute = 'here' | 'read' | 'leader-read' | 'forward' | 'redirect';

export type StandbyMode = Pick<Configuration, 'standbyReads' | 'standbyServesNothing'>;

/** A request as far as its way depends on it. */
export interface Routed {
  readonly method: string;
  /** Path with query string, tidied. */
  readonly url: string;
  readonly query: Query;
  /** Whether there is nothing at this path, for this method. */
  readonly unknown: boolean;
}

/** Facts about one process; `?leader=true` asks for the leader's. */
const OF_THIS_PROCESS: ReadonlySet<string> = new Set([
  '/ping',
  '/live',
  '/ready',
  '/metrics',
  '/metrics/prometheus',
  '/logging',
  '/config',
]);

const STATIC = /^\/(?:$|ui(?:\/|$)|help(?:\/|$)|api-console(?:\/|$)|public(?:\/|$))/;

/** Answers that rest on the memory of the leader's scheduler. */
const LEADERS_MEMORY: ReadonlySet<string> = new Set(['/v2/queue', '/v2/info', '/ekiden/v1/status']);

/** The question of other nodes; whoever does not lead must say so itself. */
export const POSITION_PATH = '/ekiden/v1/position';

/** The files of tasks: the leader knows from the master where their agents are. */
const FILES_OF_TASKS = /^\/ekiden\/v1\/instances\/[^/]+\/files(?:\/|$)/;

/** Answers that last as long as their readers like. */
export const STREAM_PATHS: ReadonlySet<string> = new Set(['/v2/events', '/ekiden/v1/stream']);

const isLikeStream = (path: string): boolean => path.startsWith('/v2/events') || STREAM_PATHS.has(path);

export const isRead = (method: string): boolean => method === 'GET' || method === 'HEAD';

/** Refused commands are kept by the node that refused them: the leader of the time. */
const asksForRefusals = (path: string, query: Query): boolean =>
  /^\/ekiden\/v1\/(?:history$|apps\/.*\/history$)/.test(path) && textParam(query, 'kind') === 'command';

/** Why something waits is known to whoever sees the offers. */
const asksWhy = (path: string): boolean => /^\/ekiden\/v1\/(?:apps|instances)\/.*\/why$/.test(path);

/** The way of a request on a node that does not lead. */
export function standbyRoute(request: Routed, mode: StandbyMode): StandbyRoute {
  const path = pathOf(request.url);
  const { method, query } = request;
  if (path === POSITION_PATH) return 'here';
  if (mode.standbyServesNothing) return isLikeStream(path) ? 'redirect' : 'forward';
  if (OF_THIS_PROCESS.has(path)) return booleanParam(query, 'leader', false) ? 'forward' : 'here';
  if (STATIC.test(path) || method === 'OPTIONS') return 'here';
  if (mode.standbyReads === 'proxy' && isLikeStream(path)) return 'redirect';
  if (!isRead(method) || FILES_OF_TASKS.test(path)) return 'forward';
  if (path === '/v2/leader' || STREAM_PATHS.has(path) || request.unknown) return 'here';
  if (mode.standbyReads === 'proxy') return 'forward';
  if (textParam(query, 'consistency') === 'stale') return 'here';
  // What the leader remembers is of the present.
  const isRemembered = LEADERS_MEMORY.has(path) && textParam(query, 'at') === undefined;
  return isRemembered || asksWhy(path) || asksForRefusals(path, query) ? 'leader-read' : 'read';
}
