import type { IncomingMessage } from 'node:http';
import { PassThrough, type Readable } from 'node:stream';

/**
 * The body of a request on its way on, as it comes in; nothing when there is none. It breaks off when the client does,
 * so that nobody takes half a body for a whole one; when the receiver breaks off, the client can still be answered.
 */
export function passingBody(request: IncomingMessage): Readable | undefined {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  if (encoding === undefined && (length === undefined || Number(length) === 0)) return undefined;
  const body = new PassThrough();
  const breakOff = (): void => {
    if (!request.complete) body.destroy(new Error('the client broke off'));
  };
  request.once('close', breakOff);
  request.once('error', breakOff);
  // Nobody takes it any more, and the client must get rid of the rest before it reads its answer.
  body.once('close', () => {
    request.unpipe(body);
    request.resume();
  });
  // Whoever destroys the body knows why; without a listener the process would end.
  body.on('error', () => undefined);
  request.pipe(body);
  return body;
}
