import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Configuration } from '#configuration';
import '../server/actor.js';
import { pathOf } from '../paths/path-of.js';
import { send } from '../server/send.js';
import { errorAnswer } from '../wire/answer.js';

/** Asks for the one account of `--http_credentials` on every path but the exempt ones (`spec/operations.md` §10.1). */
export function basicAuthFilter(
  server: FastifyInstance,
  { httpCredentials, httpCredentialsExempt, httpRealm }: Configuration,
): void {
  if (httpCredentials === undefined) return;
  const expected = digest(`${httpCredentials.user}:${httpCredentials.password}`);
  const exempt = new Set(httpCredentialsExempt ?? []);
  const refusal = {
    ...errorAnswer(401, 'Invalid username or password.'),
    headers: { 'WWW-Authenticate': `Basic realm="${httpRealm}"` },
  };
  server.addHook('onRequest', (request, reply, done) => {
    const given = credentialsOf(request.headers.authorization);
    if (given !== undefined && timingSafeEqual(digest(given), expected)) {
      request.userName = httpCredentials.user;
      done();
    } else if (exempt.has(pathOf(request.url))) done();
    else send(reply, refusal);
  });
}

function credentialsOf(authorization: string | undefined): string | undefined {
  const encoded = /^basic\s+(\S+)$/i.exec(authorization?.trim() ?? '')?.[1];
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8');
}

/** Equal lengths whatever was sent, so that the comparison tells nothing by its duration. */
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
