import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';
import { describeJsonError } from '#domain';
import { errorAnswer, type Answer } from '../wire/answer.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route takes bodies under any content type. */
    takesAnyType?: boolean;
  }
}

/** For `@RouteConfig`: whatever the client calls its body, it is read as JSON (`spec/rest-api.md` §1.8). */
export const ANY_TYPE = { takesAnyType: true } as const;

/** Largest request body, in bytes. */
export const BODY_LIMIT_BYTES = 32 * 1024 * 1024;

/** An error that carries its status, in the form that Fastify knows. */
class UnsupportedMediaTypeError extends Error {
  readonly statusCode = 415;

  constructor() {
    super('Unsupported Media Type');
  }
}

const JSON_TYPE = /^application\/json\s*(?:;|$)/i;

/** Deeper than any definition, and less than what would be too much for those who walk through it. */
const DEEPEST_NESTING = 512;

/**
 * Takes every body as bytes, once, and leaves its meaning to the endpoint: clients send empty bodies with a JSON
 * content type, and bodies where none is read. A type other than JSON is refused unless the body is empty
 * (`spec/rest-api.md` §1.8).
 */
export function registerBodyParser(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => {
    const type = request.headers['content-type'];
    const takesAny = request.routeOptions.config.takesAnyType === true;
    if (body.length === 0 || type === undefined || takesAny || JSON_TYPE.test(type)) done(null, body);
    else done(new UnsupportedMediaTypeError());
  });
}

/** A JSON body, or the answer that says why there is none. */
export type JsonBody =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly answer: Answer };

/** Reads the bytes of a body that has to be JSON, in UTF-8 (`spec/rest-api.md` §3.2). */
export function readJson(body: unknown): JsonBody {
  if (!Buffer.isBuffer(body)) return emptyBody();
  if (!isUtf8(body)) return invalidJson('The request body is not UTF-8');
  const text = withoutByteOrderMark(body.toString('utf8'));
  if (text.trim() === '') return emptyBody();
  if (isNestedDeeper(text, DEEPEST_NESTING))
    return invalidJson(`The request body is nested more than ${DEEPEST_NESTING} levels deep`);
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return invalidJson(describeJsonError(text));
  }
}

function emptyBody(): JsonBody {
  const answer = errorAnswer(400, 'Please specify data in JSON format', 'The request body is empty');
  return { ok: false, answer };
}

const invalidJson = (details: string): JsonBody => ({
  ok: false,
  answer: errorAnswer(400, 'Invalid JSON', details),
});

const withoutByteOrderMark = (text: string): string => (text.startsWith('\uFEFF') ? text.slice(1) : text);

/** Whether more brackets than `limit` are ever open. Every level takes two characters, so most texts need no look. */
function isNestedDeeper(text: string, limit: number): boolean {
  if (text.length <= 2 * limit) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = endOfString(text, at);
        break;
      case OPEN_BRACKET:
      case OPEN_BRACE:
        depth += 1;
        if (depth > limit) return true;
        break;
      case CLOSE_BRACKET:
      case CLOSE_BRACE:
        depth -= 1;
    }
  }
  return false;
}

/**
 * Where the string that begins at a place ends; behind the text where it does not. No regular expression: one takes
 * quadratic time for strings that do not end, and its stack is too small for the longest that do.
 */
function endOfString(text: string, begin: number): number {
  let at = begin + 1;
  for (let code = text.charCodeAt(at); at < text.length && code !== QUOTE; code = text.charCodeAt(at)) {
    at += code === BACKSLASH ? 2 : 1;
  }
  return at;
}

const [QUOTE, BACKSLASH, OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = [
  0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d,
];
