import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { AuditVerifier, linesOf, type AuditFinding, type AuditVerdict } from '#history';
import type { Call } from '../command-line/command.js';
import { CliError, EXIT, UnreachableError, UsageError, type ExitCode } from '../errors.js';
import { whenOf } from '../when.js';

const LINES_TYPE = 'application/x-ndjson';

type Verified = Extract<AuditVerdict, { ok: true }>;

/** Writes an export to a file or the standard output, and says which hash it ends with: the one to keep elsewhere. */
export async function exportAudit(call: Call): Promise<ExitCode> {
  const { input, screen } = call;
  const file = input.option('output');
  const verifier = new AuditVerifier();
  const lines = checked(linesOf(fetched(call)), verifier);
  if (file === undefined) for await (const line of lines) screen.raw(Buffer.from(line).toString());
  else await pipeline(lines, createWriteStream(file)).catch((error: unknown) => throwUnwritable(file, error));
  const verdict = verifier.end();
  // A connection that broke looks like an end that is missing.
  if (!verdict.ok) throw wrong(verdict);
  const { from, to, events, hash } = verdict;
  const what = events === 0 ? 'no events' : `${events} events, positions ${from} to ${to}`;
  screen.note(`exported ${what}; the last hash is ${hash}`);
  return EXIT.ok;
}

/** A file that cannot be written is no failure of the program; anything else is thrown as it is. */
function throwUnwritable(file: string, error: unknown): never {
  const { code, syscall = '', message } = error as NodeJS.ErrnoException;
  if (!['open', 'write'].includes(syscall)) throw error;
  throw new CliError(
    `${file} cannot be written: ${code === 'ENOENT' ? 'there is no such directory' : message}`,
  );
}

async function* checked(
  lines: AsyncIterable<Uint8Array>,
  verifier: AuditVerifier,
): AsyncGenerator<Uint8Array> {
  for await (const line of lines) {
    verifier.line(line);
    yield Buffer.concat([line, Buffer.from('\n')]);
  }
}

/** The export of the server, as the options want it. */
async function* fetched({ api, input, io }: Call): AsyncGenerator<Uint8Array> {
  const [from, to] = ['from', 'to'].map((name) => {
    const text = input.option(name);
    return text === undefined ? undefined : whenOf(text, io.nowMs());
  });
  const response = await api.open({
    method: 'GET',
    path: '/ekiden/v1/audit/export',
    query: { from, to },
    headers: { accept: LINES_TYPE },
  });
  try {
    yield* response as AsyncIterable<Uint8Array>;
  } catch {
    throw new UnreachableError('the connection broke in the middle of the export');
  }
}

/** Proves an export, or names the line and the position where it is wrong. */
export async function verifyExport(call: Call): Promise<ExitCode> {
  const { input, screen } = call;
  const file = input.optional('FILE');
  const against = input.option('against');
  if (against !== undefined && against !== 'server') throw new UsageError('`--against` takes `server`');
  const verdict = await verified(file === undefined ? fetched(call) : read(file));
  if (!verdict.ok) {
    if (screen.json) screen.line(JSON.stringify(verdict));
    throw wrong(verdict);
  }
  const expected = input.option('expect');
  if (expected !== undefined && expected !== verdict.hash) {
    throw new CliError(
      `the last hash is ${verdict.hash}, not ${expected}: this is not the audit that was meant`,
    );
  }
  if (against !== undefined) await compare(call, verdict);
  if (screen.json) screen.line(JSON.stringify(verdict));
  else
    report(call, verdict, {
      isProven: expected !== undefined || against !== undefined || file === undefined,
    });
  return EXIT.ok;
}

async function* read(file: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(file) as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw new CliError(`${file} cannot be read: ${(error as Error).message}`);
  }
}

async function verified(bytes: AsyncIterable<Uint8Array>): Promise<AuditVerdict> {
  const verifier = new AuditVerifier();
  for await (const line of linesOf(bytes)) if (verifier.line(line) !== undefined) break;
  return verifier.end();
}

/** What the server says of both ends of the export must be what the export says. */
async function compare({ api }: Call, { from, to, previousHash, hash }: Verified): Promise<void> {
  for (const [position, found] of [
    [from - 1, previousHash],
    [to, hash],
  ] as const) {
    const digest = await api.get<{ hash: string }>('/ekiden/v1/audit/digest', { at: position });
    if (digest.hash === found) continue;
    throw new CliError(
      `at position ${position} the server has the hash ${digest.hash}, the export ${found}: they are of different logs, or one was changed`,
    );
  }
}

function report(
  { screen }: Call,
  { from, to, events, hash }: Verified,
  { isProven }: { readonly isProven: boolean },
): void {
  const what = events === 0 ? 'no events' : `${events} events, positions ${from} to ${to}`;
  screen.line(`${screen.style.green('complete and untouched:')} ${what}`);
  screen.line(`last hash ${hash}`);
  if (!isProven) {
    screen.note(
      'whoever can write the file can write another chain: compare the hash with one that was kept elsewhere',
    );
    screen.note('(`--expect HASH`, or `--against server`)');
  }
}

function wrong({ line, position, problem, expected, found }: AuditFinding): CliError {
  const place = `line ${line}${position === undefined ? '' : `, position ${position}`}`;
  return new CliError(`${place}: ${problem}`, [
    ...(expected === undefined ? [] : [`expected ${expected}`]),
    ...(found === undefined ? [] : [`found    ${found}`]),
  ]);
}
