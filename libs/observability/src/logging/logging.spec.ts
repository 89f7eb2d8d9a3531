import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLogging, type Logging } from './logging.js';

interface Captured {
  readonly lines: string[];
  readonly logging: Logging;
}

function capture(isTerminal = false): Captured {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  return { lines, logging: createLogging({ level: 'info', destination, isTerminal }) };
}

const parse = (line: string | undefined): Record<string, unknown> =>
  JSON.parse(line ?? '') as Record<string, unknown>;

describe('log lines', () => {
  it('are JSON with time, level, logger, message and the fields', () => {
    const { lines, logging } = capture();
    logging.logger('scheduler').warn({ appId: '/a', count: 2 }, 'slow');
    expect(lines).toHaveLength(1);
    expect(parse(lines[0])).toEqual({
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
      logger: 'scheduler',
      message: 'slow',
      appId: '/a',
      count: 2,
    });
  });

  it('show errors with stack, and no secrets in headers, flags, addresses or errors', () => {
    const { lines, logging } = capture();
    logging.logger('http').error(
      {
        headers: { Authorization: 'Basic c2VjcmV0', accept: '*/*' },
        http_credentials: 'user:secret',
        url: new URL('http://u:secret@host/x'),
        err: new Error('cannot reach http://u:secret@host/'),
      },
      'refused',
    );
    expect(lines[0]).not.toContain('secret@');
    expect(lines[0]).not.toContain('c2VjcmV0');
    expect(lines[0]).not.toContain('user:secret');
    const line = parse(lines[0]);
    expect(line['headers']).toEqual({ Authorization: '***', accept: '*/*' });
    expect(line['err']).toMatchObject({ type: 'Error', message: 'cannot reach http://***@host/' });
  });

  it('are one readable line on a terminal, with control characters escaped', () => {
    const { lines, logging } = capture(true);
    logging.logger('api').info({ path: '/v2/apps', agent: 'x \u001B[2J' }, 'served\u0007');
    const plain = stripVTControlCharacters(lines[0] ?? '');
    expect(plain).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} info {2}api served\\u0007 path=\/v2\/apps agent="x \\u001b\[2J"\n$/,
    );
  });
});

describe('levels', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('are inherited along the dots of the name', () => {
    const { lines, logging } = capture();
    const offers = logging.logger('scheduler.offers');
    const api = logging.logger('api');
    offers.debug({}, 'before');
    expect(logging.setLevel('scheduler', 'debug')).toMatchObject({ ok: true });
    offers.debug({}, 'after');
    api.debug({}, 'never');
    expect(lines.map((line) => parse(line)['message'])).toEqual(['after']);
    expect(logging.levels()).toEqual({
      ROOT: 'INFO',
      api: 'INFO (inherited)',
      'scheduler.offers': 'DEBUG (inherited)',
    });
  });

  it('apply to loggers that are asked for later', () => {
    const { lines, logging } = capture();
    logging.setLevel('ROOT', 'error');
    logging.logger('late').warn({}, 'unheard');
    expect(lines).toEqual([]);
  });

  it('go back after their duration, also when set twice meanwhile', () => {
    const { logging } = capture();
    logging.logger('api');
    logging.setLevel('api', 'debug', 10);
    vi.advanceTimersByTime(5000);
    logging.setLevel('api', 'trace', 10);
    vi.advanceTimersByTime(9999);
    expect(logging.levels()['api']).toBe('TRACE');
    vi.advanceTimersByTime(1);
    expect(logging.levels()['api']).toBe('INFO (inherited)');
  });

  it('stay when set for good after having been set for a time', () => {
    const { logging } = capture();
    logging.setLevel('ROOT', 'debug', 10);
    logging.setLevel('ROOT', 'warn');
    vi.advanceTimersByTime(20_000);
    expect(logging.levels()['ROOT']).toBe('WARN');
  });

  it.each([
    ['api', 'loud', undefined, /level must be one of trace, debug, info, warn, error/],
    ['nobody', 'info', undefined, /there is no logger "nobody"; loggers are ROOT, api/],
    ['api', 'info', 0, /durationSeconds/],
    ['api', 'info', Number.NaN, /durationSeconds/],
    ['api', 'info', 1e10, /durationSeconds/],
  ])('refuse %s %s %s', (logger, level, durationSeconds, message) => {
    const { logging } = capture();
    logging.logger('api');
    const before = logging.levels();
    expect(logging.setLevel(logger, level, durationSeconds)).toEqual({
      ok: false,
      message: expect.stringMatching(message) as string,
    });
    expect(logging.levels()).toEqual(before);
  });
});
