import type { IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';

/** The text of a request, or the answer it deserves instead. */
export type RequestBody =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'refused'; readonly status: number; readonly body: string };

/** Reads a whole request body, gzip understood (C§1), up to a limit that also holds for what it unpacks to. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<RequestBody> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) return tooLarge(maxBytes);
    chunks.push(chunk);
  }
  const raw = Buffer.concat(chunks);
  if (request.headers['content-encoding'] !== 'gzip') return { kind: 'text', text: raw.toString('utf8') };
  try {
    // Synchronous, so that calls of one connection stay in order.
    return { kind: 'text', text: gunzipSync(raw, { maxOutputLength: maxBytes }).toString('utf8') };
  } catch (error) {
    const isTooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    return isTooLarge
      ? tooLarge(maxBytes)
      : { kind: 'refused', status: 400, body: 'Failed to decompress the gzip request body' };
  }
}

function tooLarge(maxBytes: number): RequestBody {
  return { kind: 'refused', status: 413, body: `Request body exceeds ${maxBytes} bytes` };
}
