import type { Readable } from 'node:stream';

/** What an endpoint answers. */
export type Answer =
  | { readonly kind: 'json'; readonly body: unknown }
  | { readonly kind: 'text'; readonly status: number; readonly text: string }
  | { readonly kind: 'file'; readonly name: string; readonly size: number; readonly content: Readable };

export const json = (body: unknown): Answer => ({ kind: 'json', body });
export const ok = (): Answer => ({ kind: 'text', status: 200, text: '' });
export const badRequest = (text: string): Answer => ({ kind: 'text', status: 400, text });
export const notFound = (text = ''): Answer => ({ kind: 'text', status: 404, text });

/** Answers one request; the query is all an endpoint needs. */
export type Endpoint = (query: URLSearchParams) => Answer | Promise<Answer>;
