import { array, assert, integer, property, uint8Array } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AnswerParser, type ParsedAnswer } from './answer-parser.js';

const ACCEPTED = 'HTTP/1.1 202 Accepted\r\nDate: today\r\nContent-Length: 0\r\n\r\n';
const REFUSED = 'HTTP/1.1 400 Bad Request\r\ncontent-length: 9\r\nRetry-After: 3\r\n\r\nnot found';
const CHUNKED =
  'HTTP/1.1 503 Service Unavailable\r\nTransfer-Encoding: chunked\r\n\r\n4;x=y\r\nnot \r\n3\r\nyet\r\n0\r\nA: b\r\n\r\n';
const UNBOUNDED = 'HTTP/1.0 503 Service Unavailable\r\nConnection: close\r\n\r\nno';
const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';

const brief = ({ status, text, isLast }: ParsedAnswer): unknown => [status, text, isLast];

/** What comes of bytes that may be anything. */
function outcome(chunks: readonly Uint8Array[]): string {
  const parser = new AnswerParser();
  try {
    const answers = chunks.flatMap((chunk) => [...parser.take(Buffer.from(chunk))]);
    return [...answers, ...parser.end()].length === 0 ? 'nothing' : 'an answer';
  } catch (error) {
    return (error as Error).message;
  }
}

describe('answers on one connection', () => {
  it('are read however the bytes are cut', () => {
    const whole = Buffer.from([ACCEPTED, CONTINUE, REFUSED, CHUNKED, ACCEPTED].join(''));
    assert(
      property(array(integer({ min: 0, max: whole.length })), (cuts) => {
        const parser = new AnswerParser();
        const places = [0, ...cuts.toSorted((a, b) => a - b), whole.length];
        const answers = places.flatMap((place, index) => [
          ...parser.take(whole.subarray(place, places[index + 1] ?? whole.length)),
        ]);
        expect(answers.map(brief)).toEqual([
          [202, '', false],
          [400, 'not found', false],
          [503, 'not yet', false],
          [202, '', false],
        ]);
        expect(answers[1]?.headers.get('retry-after')).toBe('3');
      }),
    );
  });

  it.each([
    ['HTTP/1.1 202 Accepted\r\nConnection: close\r\nContent-Length: 0\r\n\r\n', true],
    ['HTTP/1.0 202 Accepted\r\nContent-Length: 0\r\n\r\n', true],
    ['HTTP/1.0 202 Accepted\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n', false],
    ['HTTP/1.1 204 No Content\r\n\r\n', false],
  ])('%j is the last one: %s', (text, isLast) => {
    expect([...new AnswerParser().take(Buffer.from(text))].map((answer) => answer.isLast)).toEqual([isLast]);
  });

  it('end with the connection where they do not say how long they are, as those of proxies do', () => {
    const parser = new AnswerParser();
    expect([...parser.take(Buffer.from(`${ACCEPTED}${UNBOUNDED}`))].map(brief)).toEqual([[202, '', false]]);
    expect([...parser.take(Buffer.from(' server'))]).toEqual([]);
    expect([...parser.end()].map(brief)).toEqual([[503, 'no server', true]]);
  });

  it('that are cut off by the end of the connection are none', () => {
    const parser = new AnswerParser();
    expect([...parser.take(Buffer.from(REFUSED.slice(0, -1)))]).toEqual([]);
    expect([...parser.end()]).toEqual([]);
  });

  it('count when something else follows them', () => {
    const answers = new AnswerParser().take(Buffer.from(`${REFUSED}${ACCEPTED}nonsense\r\n\r\n`));
    const seen: unknown[] = [];
    expect(() => {
      for (const answer of answers) seen.push(answer.status);
    }).toThrow('what came is not an HTTP answer');
    expect(seen).toEqual([400, 202]);
  });

  it.each([
    ['SSH-2.0-OpenSSH_9.2\r\n\r\n', 'what came is not an HTTP answer'],
    ['HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n', 'an answer does not say how long it is'],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n', 'a part of an answer does not say'],
  ])('%j is refused', (text, reason) => {
    expect(() => [...new AnswerParser().take(Buffer.from(text))]).toThrow(reason);
  });

  it('do not fill the memory', () => {
    const parser = new AnswerParser();
    const flood = Buffer.alloc(600_000, 'a');
    expect([...parser.take(flood)]).toEqual([]);
    expect(() => [...parser.take(flood)]).toThrow('an answer is too long');
  });

  it('are any bytes: they are read or refused, and nothing else', () => {
    assert(
      property(array(uint8Array({ maxLength: 200 })), (chunks) => /answer|nothing/u.test(outcome(chunks))),
    );
  });
});
