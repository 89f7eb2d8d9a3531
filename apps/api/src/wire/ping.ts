import { qualityOf } from '../paths/accept.js';
import type { Answer } from './answer.js';

/** What `/ping` can say, most welcome first (`spec/rest-api.md` §13). */
const PONGS: readonly (readonly [contentType: string, body: string])[] = [
  ['text/plain', 'pong'],
  ['application/json', '"pong"'],
  ['text/html', 'pong'],
];

/** `pong` in the type the client likes best; a client that likes none of them still learns that we live. */
export function pingAnswer(accept: string | undefined): Answer {
  let best: { readonly quality: number; readonly answer: Answer } = { quality: 0, answer: { status: 204 } };
  for (const [contentType, body] of PONGS) {
    const quality = qualityOf(accept, contentType);
    if (quality > best.quality) best = { quality, answer: { status: 200, contentType, body } };
  }
  return best.answer;
}
