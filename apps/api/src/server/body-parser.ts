import type { FastifyInstance } from 'fastify';
import { describeJsonError } from '#domain';
import { errorAnswer, type Answer } from '../wire/answer.js';

/** An error that carries its status, in the form that Fastify knows. */
class UnsupportedMediaTypeError extends Error {
  readonly statusCode = 415;

  constructor() {
    super('Unsupported Media Type');
  }
}

const JSON_TYPE = /^application\/json\s*(?:;|$)/i;

/**
 * Takes every body as text, once, and leaves its meaning to the endpoint: clients send empty bodies with a JSON
 * content type, and bodies where none is read. A type other than JSON is refused unless the body is empty
 * (`spec/rest-api.md` §1.8).
 */
export function registerBodyParser(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'string' }, (request, body, done) => {
    const type = request.headers['content-type'];
    if (body.length > 0 && type !== undefined && !JSON_TYPE.test(type)) done(new UnsupportedMediaTypeError());
    else done(null, body);
  });
}

/** A JSON body, or the answer that says why there is none. */
export type JsonBody =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly answer: Answer };

/** Reads the text of a body that has to be JSON (`spec/rest-api.md` §3.2). */
export function readJson(body: unknown): JsonBody {
  const text = typeof body === 'string' ? body : '';
  if (text.trim() === '') {
    const answer = errorAnswer(400, 'Please specify data in JSON format', 'The request body is empty');
    return { ok: false, answer };
  }
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return { ok: false, answer: errorAnswer(400, 'Invalid JSON', describeJsonError(text)) };
  }
}
