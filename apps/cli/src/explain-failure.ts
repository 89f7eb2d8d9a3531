import { CliError, EXIT, RefusedError, type ExitCode } from './errors.js';
import type { Screen } from './output/screen.js';
import { printable } from './output/styles.js';

interface ErrorBody {
  readonly message?: unknown;
  readonly details?: unknown;
  readonly deployments?: readonly { readonly id?: string }[];
}

/** Says what went wrong and what to do about it, on the error output; answers the exit code. */
export function explainFailure(error: unknown, screen: Screen): ExitCode {
  const { red, dim } = screen.noteStyle;
  if (error instanceof RefusedError) {
    const body = bodyOf(error.text);
    screen.note(`${red('error:')} ${printable(messageOf(error, body))}`);
    for (const line of detailLines(body.details)) screen.note(`  ${printable(line)}`);
    for (const line of adviceFor(error, body)) screen.note(dim(printable(line)));
    if (screen.json && error.text !== '') screen.body(error.text);
    return EXIT.failed;
  }
  if (error instanceof CliError) {
    screen.note(`${red('error:')} ${printable(error.message)}`);
    for (const line of error.advice) screen.note(dim(printable(line)));
    return error.exitCode;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  screen.note(`${red('error:')} ${text.split('\n').map(printable).join('\n')}`);
  return EXIT.failed;
}

function bodyOf(text: string): ErrorBody {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? body : {};
  } catch {
    return {};
  }
}

function messageOf({ status, text, location }: RefusedError, { message }: ErrorBody): string {
  if (location !== undefined) return `the server sends on to ${location}`;
  return typeof message === 'string' ? message : `the server answered ${status} ${text}`.trim().slice(0, 500);
}

/** `details` is a text, a list of texts, or violations by path (`spec/rest-api.md` §3.1). */
export function detailLines(details: unknown): readonly string[] {
  if (typeof details === 'string') return [details];
  if (!Array.isArray(details)) return [];
  return details.flatMap((detail: unknown) => {
    if (typeof detail === 'string') return [detail];
    const { path = '', errors = [] } = detail as { path?: string; errors?: readonly unknown[] };
    return errors.map((text) => `${path}: ${String(text)}`);
  });
}

function adviceForMissing(path: string, message: unknown): readonly string[] {
  if (path.startsWith('/ekiden/') && message === 'URI not found') {
    return ['this server does not offer that: it is older than this command line'];
  }
  const [, kind, id] = /^(App|Group) '(\S+)' does not exist$/.exec(String(message)) ?? [];
  return kind === undefined
    ? []
    : [`\`ekiden ${kind.toLowerCase()} history ${id}\` tells whether it ever did`];
}

function adviceFor(
  { status, path, location }: RefusedError,
  { message, deployments = [] }: ErrorBody,
): readonly string[] {
  const ids = deployments.flatMap(({ id }) => id ?? []);
  if (location !== undefined) return ['`--server URL` or EKIDEN_URL name another server'];
  switch (status) {
    case 401:
      return ['`--user name:password` or EKIDEN_CREDENTIALS say who you are'];
    case 403:
      return [];
    case 404:
      return adviceForMissing(path, message);
    case 409:
      return ids.length === 0
        ? []
        : [
            ...ids.map((id) => `\`ekiden deployment watch ${id}\` follows the deployment that is under way`),
            '`--force` goes ahead and replaces it',
          ];
    case 502:
    case 503:
      return ['the cluster has no leader at the moment, or it is busy: try again in a moment'];
    default:
      return [];
  }
}
