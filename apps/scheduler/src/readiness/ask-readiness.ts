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

/** Redirects are not followed, certificates are not verified; the deadline covers the whole answer. */
function get(url: URL, { timeoutSeconds }: ReadinessCheck): Promise<ReadinessResponse> {
  return new Promise((resolve, reject) => {
    const request = url.protocol === 'https:' ? requestHttps : requestHttp;
    const asking = request(url, { agent: false, rejectUnauthorized: false });
    const deadline = setTimeout(
      () => asking.destroy(new Error(`no answer within ${timeoutSeconds} s`)),
      timeoutSeconds * 1000,
    );
    asking.once('response', (response) => {
      read(response).then(resolve, reject);
    });
    asking.once('error', reject);
    asking.once('close', () => clearTimeout(deadline));
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
  return {
    status: response.statusCode ?? 504,
    contentType: response.headers['content-type'] ?? 'text/plain',
    body: body.slice(0, MAX_BODY_LENGTH),
  };
}
