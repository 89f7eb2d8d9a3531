import { isIP } from 'node:net';
import { parsed, refused, unexpected, type Parsed, type ValueType } from './value-type.js';

const TRUE_WORDS = new Set(['true', '1', 'yes', 'on']);
const FALSE_WORDS = new Set(['false', '0', 'no', 'off']);

function parseBoolean(text: string): Parsed<boolean> {
  const word = text.toLowerCase();
  if (TRUE_WORDS.has(word)) return parsed(true);
  return FALSE_WORDS.has(word) ? parsed(false) : unexpected;
}

const booleanType = (arity: 'toggle' | 'bare'): ValueType<boolean> => ({
  arity,
  expects: 'true or false',
  placeholder: '',
  parse: parseBoolean,
  show: (value) => value,
});

/** `--x` and `--disable_x`; in the environment and in files also true/1/yes/on and their opposites. */
export const toggleType = booleanType('toggle');

/** `--x` only; off unless given. */
export const bareType = booleanType('bare');

/** A text that fits a shape; `matches` says whether it does. */
export function textType(
  expects = 'a text that is not empty',
  matches: (text: string) => boolean = (text) => text !== '',
  placeholder = 'TEXT',
): ValueType<string> {
  return {
    arity: 'value',
    expects,
    placeholder,
    parse: (text) => (matches(text) ? parsed(text) : unexpected),
    show: (value) => value,
  };
}

/** Longest delay a timer of the platform can wait; anything above would fire at once. */
const LONGEST_TIMER_MS = 2_147_483_647;

const INTEGER = /^[+-]?\d+$/;

/** A whole number between two bounds, both included. */
export function integerType(
  min = 0,
  max: number = Number.MAX_SAFE_INTEGER,
  placeholder = 'N',
): ValueType<number> {
  const expects =
    max === Number.MAX_SAFE_INTEGER
      ? `a whole number of at least ${min}`
      : `a whole number from ${min} to ${max}`;
  return {
    arity: 'value',
    expects,
    placeholder,
    parse(text) {
      const value = INTEGER.test(text) ? Number(text) : Number.NaN;
      return value >= min && value <= max ? parsed(value) : unexpected;
    },
    show: (value) => value,
  };
}

/** A delay or interval that becomes a timer, in milliseconds. */
export const millisecondsType = (min = 0): ValueType<number> => integerType(min, LONGEST_TIMER_MS, 'MS');

const MS_PER_UNIT: Readonly<Record<string, number>> = { ms: 1, secs: 1_000, mins: 60_000, hrs: 3_600_000 };

/** A time as Mesos writes it, such as `15secs`; in milliseconds. */
export const durationType: ValueType<number> = {
  arity: 'value',
  expects: 'a time such as 500ms, 15secs, 10mins or 1hrs',
  placeholder: 'TIME',
  parse(text) {
    const [, amount = '', unit = ''] = /^(\d+(?:\.\d+)?)(ms|secs|mins|hrs)$/.exec(text) ?? [];
    const ms = Number(amount) * (MS_PER_UNIT[unit] ?? 0);
    return ms >= 1 && ms <= LONGEST_TIMER_MS ? parsed(ms) : unexpected;
  },
  show: (value) => value,
};

/** A number of seconds. */
export const secondsType = integerType(0, Number.MAX_SAFE_INTEGER, 'SECONDS');

/** A number of bytes. */
export const bytesType = integerType(1, Number.MAX_SAFE_INTEGER, 'BYTES');

/** A TCP port; 0 lets the system choose a free one. */
export const portType = integerType(0, 65_535, 'PORT');

/** One of a few words. */
export function choiceType<W extends string>(...words: readonly W[]): ValueType<W> {
  return {
    arity: 'value',
    expects: words.length === 1 ? `\`${words[0]}\`` : `one of ${words.join(', ')}`,
    placeholder: words.join('|'),
    parse(text) {
      const word = words.find((candidate) => candidate === text);
      return word === undefined ? unexpected : parsed(word);
    },
    show: (value) => value,
  };
}

/** Comma-separated items; blanks around items and empty items do not count. */
export function listType(
  expects = 'a comma-separated list',
  checkItem: (item: string) => Parsed<unknown> = parsed,
  placeholder = 'A,B',
): ValueType<readonly string[]> {
  return {
    arity: 'value',
    expects,
    placeholder,
    parse(text) {
      const items = splitList(text);
      if (items.length === 0) return unexpected;
      for (const item of items) {
        const outcome = checkItem(item);
        if (!outcome.ok)
          return { ...outcome, reason: outcome.reason ?? `must be ${expects}; \`${item}\` does not fit` };
      }
      return parsed([...new Set(items)]);
    },
    show: (value) => value,
  };
}

/** The items of a comma-separated text. */
export function splitList(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** A path of the file system, as given: relative ones count from the working directory. */
export const pathType = textType('a path', (text) => text !== '' && !text.includes('\0'), 'PATH');

/** An address to listen on. */
export const ipType = textType(
  'an IP address such as 127.0.0.1, 0.0.0.0 or ::',
  (text) => isIP(text) !== 0,
  'IP',
);

/** An absolute http or https address. */
export const urlType: ValueType<string> = {
  arity: 'value',
  expects: 'an http:// or https:// address',
  placeholder: 'URL',
  parse(text) {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    return url?.protocol === 'http:' || url?.protocol === 'https:' ? parsed(text) : unexpected;
  },
  show: (value) => maskUserInfo(value),
};

/**
 * Replaces `user:password@` in addresses the way Marathon prints them. A password may hold `@`: the last one before the
 * path ends it.
 */
export function maskUserInfo(text: string): string {
  return text.replace(/:\/\/[^/]*@/g, '://xxxxxxxx:xxxxxxxx@');
}

/** Peers named by address or network, such as `10.0.0.0/8`. */
export const networkListType = listType(
  'a comma-separated list of IP addresses and networks such as 10.0.0.0/8',
  (item) => (isNetwork(item) ? parsed(item) : refused(`has \`${item}\`, which is no IP address or network`)),
  'NETWORK,…',
);

function isNetwork(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  if (prefix === undefined) return true;
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128);
}
