import type { Endpoint, ReadinessCheck, ReadinessResponse } from '#domain';
import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';

/** More of a body is not kept. */
const MAX_BODY_LENGTH = 65_536;

/** Asks one task whether it is ready. Never rejects. */
export type AskReadiness = (
  endpoint: Endpoint | undefined,
  check: ReadinessCheck,
) => Promise<ReadinessResponse>;

/** Asks over HTTP; whatever prevents an answer counts as status 504 (`spec/scheduling.md` §6). */
export const askReadiness: AskReadiness = async (endpoint, check) => {
  if (endpoint === undefined) return unanswered('the address of the task is not known yet');
  const { host, port } = endpoint;
  const scheme = check.protocol === 'HTTPS' ? 'https' : 'http';
  const authority = host.includes(':') ? `[${host}]` : host;
  const path = check.path.startsWith('/') ? check.path : `/${check.path}`;
  const url = `${scheme}://${authority}:${port}${path}`;
  try {
    return await get(new URL(url), check);
  } catch (error) {
    return unanswered(`${url} could not be asked: ${error instanceof Error ? error.message : String(error)}`);
  }
};

const unanswered = (body: string): ReadinessResponse => ({ status: 504, contentType: 'text/plain', body });

/**
 * Redirects are not followed, certificates are not verified; the deadline covers the whole answer. A switch of
 * protocols is an answer without a body.
 */
function get(url: URL, { timeoutSeconds }: ReadinessCheck): Promise<ReadinessResponse> {
  return new Promise((resolve, reject) => {
    const request = url.protocol === 'https:' ? requestHttps : requestHttp;
    const asking = request(url, { agent: false, rejectUnauthorized: false });
    const fail = (error: Error): void => {
      reject(error);
      asking.destroy(error);
    };
    const deadline = setTimeout(
      () => fail(new Error(`no answer within ${timeoutSeconds} s`)),
      timeoutSeconds * 1000,
    );
    let isAnswered = false;
    asking.once('response', (response) => {
      isAnswered = true;
      read(response).then(resolve, reject);
    });
    asking.once('upgrade', (response, socket) => {
      resolve(answerOf(response, ''));
      socket.destroy();
    });
    // Whatever comes after the first error must find a listener, too.
    asking.on('error', reject);
    asking.once('close', () => {
      clearTimeout(deadline);
      if (!isAnswered) reject(new Error('the connection ended without an answer'));
    });
    asking.end();
  });
}

async function read(response: IncomingMessage): Promise<ReadinessResponse> {
  let body = '';
  response.setEncoding('utf8');
  for await (const text of response) {
    body += String(text);
    if (body.length > MAX_BODY_LENGTH) break;
  }
  return answerOf(response, body.slice(0, MAX_BODY_LENGTH));
}

const answerOf = ({ statusCode = 504, headers }: IncomingMessage, body: string): ReadinessResponse => ({
  status: statusCode,
  contentType: headers['content-type'] ?? 'text/plain',
  body,
});
