import { createHash } from 'node:crypto';
import { REQUEST, type PlanFact } from '#domain';

/** What a plan rested on, in a form that fits into a header: a mark of each fact, and of all of them where there are many. */
const FORM = { facts: 1, digest: 2 } as const;

const MARK_BYTES = 6;
const DIGEST_BYTES = 18;

/** Plans that rest on more get a token that cannot tell what changed, only that something did. */
const MOST_MARKS = 100;

/** The token of a plan that rests on these facts: opaque, and the same for the same facts. */
export function planToken(facts: readonly PlanFact[]): string {
  if (facts.length > MOST_MARKS) return encode(FORM.digest, digestOf(facts));
  return encode(FORM.facts, Buffer.concat(facts.map(markOf)));
}

/** What changed since a token was given; empty: nothing. `undefined`: this is no token. */
export function changedSince(token: string, facts: readonly PlanFact[]): string[] | undefined {
  const bytes = decode(token);
  if (bytes === undefined) return undefined;
  const content = bytes.subarray(1);
  if (bytes[0] === FORM.digest) return content.equals(digestOf(facts)) ? [] : ['something that it rests on'];
  const marks = new Set<string>();
  for (let at = 0; at < content.length; at += MARK_BYTES)
    marks.add(content.toString('hex', at, at + MARK_BYTES));
  const changed = facts.filter((fact) => !marks.has(markOf(fact).toString('hex')));
  const named = changed.filter(({ subject }) => subject !== REQUEST).map(({ subject }) => subject);
  if (named.length > 0) return named;
  return changed.length === 0 && marks.size === facts.length ? [] : ['the request (or what it leads to)'];
}

function encode(form: number, content: Buffer): string {
  return Buffer.concat([Buffer.of(form), content]).toString('base64url');
}

const TOKEN = /^[\w-]+$/;

function decode(token: string): Buffer | undefined {
  if (!TOKEN.test(token)) return undefined;
  const bytes = Buffer.from(token, 'base64url');
  const length = bytes.length - 1;
  if (bytes[0] === FORM.digest) return length === DIGEST_BYTES ? bytes : undefined;
  const isWhole = length > 0 && length % MARK_BYTES === 0 && length <= MOST_MARKS * MARK_BYTES;
  return bytes[0] === FORM.facts && isWhole ? bytes : undefined;
}

const markOf = ({ subject, text }: PlanFact): Buffer => hash(`${subject}\n${text}`, MARK_BYTES);

const digestOf = (facts: readonly PlanFact[]): Buffer => hash(JSON.stringify(facts), DIGEST_BYTES);

const hash = (text: string, bytes: number): Buffer =>
  createHash('sha256').update(text).digest().subarray(0, bytes);
