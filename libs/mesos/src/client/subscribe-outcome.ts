import type { Alert } from './reasons.js';
import type { SubscribeAnswer } from './subscribe-request.js';
import { retryAfterMs } from './wire.js';

/** What to do after a SUBSCRIBE that opened no stream (first table of `spec/mesos-client.md §2.1`). */
export type SubscribeFailure =
  /** Nobody leads there: look elsewhere, back off when every candidate was tried. */
  | { kind: 'tryNext'; message: string }
  /** Somebody has to mend something: alert, and retry at the maximum back-off or when the answer says. */
  | { kind: 'alert'; alert: Alert; delayMs: number | undefined };

const UNAUTHORIZED = new Set([401, 403]);
const NOT_LEADING = new Set([307, 404, 500, 502, 503, 504]);

/** `redirect` comes here only when it cannot be followed. */
export function judgeSubscribeAnswer(answer: Exclude<SubscribeAnswer, { kind: 'stream' }>): SubscribeFailure {
  switch (answer.kind) {
    case 'unreachable':
      return { kind: 'tryNext', message: answer.message };
    case 'redirect':
      return { kind: 'tryNext', message: `redirected to ${answer.location}` };
    case 'refused': {
      const message = `${answer.status} ${answer.text}`;
      if (NOT_LEADING.has(answer.status)) {
        return { kind: 'tryNext', message };
      }
      const code = UNAUTHORIZED.has(answer.status) ? 'Unauthorized' : 'SubscribeRejected';
      return { kind: 'alert', alert: { code, message }, delayMs: retryAfterMs(answer.retryAfter) };
    }
  }
}
