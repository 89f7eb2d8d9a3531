import { readFileSync } from 'node:fs';
import { CliError, UsageError } from '../errors.js';
import type { Io } from '../io.js';
import type { Input } from '../command-line/input.js';

/** Where the API is and how it is spoken to. */
export interface Connection {
  /** Base addresses without credentials and without a slash at the end. */
  readonly servers: readonly string[];
  /** The `Authorization` header, if there are credentials. */
  readonly authorization?: string;
  /** Certificates to trust, PEM. */
  readonly ca?: string;
  readonly timeoutMs: number;
  /** Headers of every write: for whom and why. */
  readonly claims: Readonly<Record<string, string>>;
}

const DEFAULT_SERVER = 'http://127.0.0.1:8080';
const DEFAULT_TIMEOUT_S = 30;

/** What the options and the environment say about the server. Messages never show credentials. */
export function connectionOf(input: Input, env: Io['env']): Connection {
  const text = input.option('server') ?? nonEmpty(env['EKIDEN_URL']) ?? DEFAULT_SERVER;
  const urls = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(serverUrl);
  if (urls.length === 0) throw new UsageError('`--server` names no server');
  const inUrl = urls.find(({ username }) => username !== '');
  const given = input.option('user') ?? nonEmpty(env['EKIDEN_CREDENTIALS']);
  const credentials = given ?? (inUrl && `${decoded(inUrl.username)}:${decoded(inUrl.password)}`);
  if (given !== undefined && !given.includes(':')) {
    throw new UsageError('credentials have the form name:password');
  }
  const authorization = credentials && `Basic ${Buffer.from(credentials, 'utf8').toString('base64')}`;
  const ca = input.option('cacert');
  return {
    servers: urls.map(
      ({ protocol, host, pathname }) => `${protocol}//${host}${pathname.replace(/\/+$/, '')}`,
    ),
    ...(authorization === undefined ? {} : { authorization }),
    ...(ca === undefined ? {} : { ca: certificates(ca) }),
    timeoutMs: (input.number('timeout') ?? DEFAULT_TIMEOUT_S) * 1000,
    claims: {
      ...claim('x-ekiden-reason', input, 'reason'),
      ...claim('x-ekiden-actor', input, 'as'),
    },
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new UsageError('the credentials in `--server` are not encoded as in an address: % is %25');
  }
}

const nonEmpty = (text: string | undefined): string | undefined => (text === '' ? undefined : text);

function serverUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new UsageError('`--server` takes addresses like http://127.0.0.1:8080');
  }
  return url;
}

/** Headers carry bytes; the server reads them as UTF-8. */
function claim(header: string, input: Input, option: string): Record<string, string> {
  const text = input.option(option);
  if (text === undefined) return {};
  if (/\p{Cc}/u.test(text))
    throw new UsageError(`\`--${option}\` takes one line, without control characters`);
  return { [header]: Buffer.from(text, 'utf8').toString('latin1') };
}

function certificates(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new CliError(`the certificates cannot be read: ${(error as Error).message}`);
  }
}
