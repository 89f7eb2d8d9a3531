import { errorAnswer, type Answer } from '../wire/answer.js';

/** The request never reached anybody. */
const NOT_REACHED: ReadonlySet<string> = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'UND_ERR_CONNECT_TIMEOUT',
]);

const NOT_TRUSTED = /^(?:ERR_TLS_|ERR_SSL_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/;

const TOO_LATE: ReadonlySet<string> = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);

/** Whether a request was given up because it took too long. */
export function isTimeout(error: unknown): boolean {
  const { code = '', name = '' } = error as { code?: string; name?: string };
  return name === 'TimeoutError' || code === 'UND_ERR_CONNECT_TIMEOUT' || TOO_LATE.has(code);
}

const UNKNOWN_OUTCOME = 'It is not known whether the leader has carried out the request';

/** What a client is told when the leader did not answer a forwarded request (`spec/operations.md` §7.2). */
export function failureAnswer(error: unknown): Answer {
  const { code = '', message = '' } = error as { code?: string; message?: string };
  if (NOT_REACHED.has(code)) return errorAnswer(502, 'Connection to leader refused.');
  if (NOT_TRUSTED.test(code)) return errorAnswer(502, 'The certificate of the leader is refused.', message);
  if (TOO_LATE.has(code)) return errorAnswer(504, `The leader did not answer in time. ${UNKNOWN_OUTCOME}.`);
  return errorAnswer(502, `The connection to the leader broke. ${UNKNOWN_OUTCOME}.`);
}
