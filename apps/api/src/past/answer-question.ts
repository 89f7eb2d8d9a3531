import type { ApiCommand } from '#domain';
import { diffDefinitions } from '#history';
import type { ReadModel } from '../projection/read-model.js';
import { answerRead } from '../reads/state-read.js';
import { errorAnswer, valueAnswer, type Answer } from '../wire/answer.js';
import { appNotFound, unknownGroup } from '../wire/not-found.js';
import type { Archive, Place } from './archive.js';
import { definitionsAt, type Former } from './former-definitions.js';
import type { Asked, Question, Subject, TextOutcome } from './question.js';

type Of<Kind extends Question['kind']> = Extract<Question, { readonly kind: Kind }>;

/** Answers a question about the past. One at a time: the archive moves its states about. */
export function answerQuestion(archive: Archive, asked: Asked): Promise<TextOutcome> {
  switch (asked.question.kind) {
    case 'read':
      return read(archive, asked, asked.question);
    case 'diff':
      return diff(archive, asked, asked.question);
    case 'rollback':
      return rollback(archive, asked, asked.question);
  }
}

/** `?at=`: the same code that answers of the present (`spec/operations.md` §18.3). */
async function read(archive: Archive, asked: Asked, { at, read: wanted }: Of<'read'>): Promise<TextOutcome> {
  const found = await stateAt(archive, asked, at);
  if ('status' in found) return { answer: found };
  const { model, place } = found;
  const moment = { model, nowMs: place.timeMs, listedVersions: asked.listedVersions };
  return { answer: answerRead(moment, wanted), position: place.position };
}

/** `GET /ekiden/v1/diff`; without `to`, what changed since `from`. */
async function diff(archive: Archive, asked: Asked, { subject, from, to }: Of<'diff'>): Promise<TextOutcome> {
  const before = await formerAt(archive, asked, { subject, text: from });
  if ('status' in before) return { answer: before };
  const after = await formerAt(archive, asked, { subject, text: to ?? String(asked.present.position) });
  if ('status' in after) return { answer: after };
  if (!before.exists && !after.exists) return { answer: notFound(subject) };
  const changes = diffDefinitions(before.wireForm(), after.wireForm());
  const answer = valueAnswer({ from: before.where, to: after.where, changes });
  return { answer, position: after.where.position };
}

async function rollback(
  archive: Archive,
  asked: Asked,
  { subject, to, force, uri }: Of<'rollback'>,
): Promise<TextOutcome> {
  const former = await formerAt(archive, asked, { subject, text: to });
  if ('status' in former) return { answer: former };
  const command = commandFor(subject, former, { force, uri });
  const answer = command === undefined ? neverThere(subject, to) : { status: 200 };
  return command === undefined ? { answer } : { answer, command };
}

function commandFor(
  subject: Subject,
  { apps, groups, exists }: Former,
  { force, uri }: { readonly force: boolean; readonly uri: string },
): ApiCommand | undefined {
  if (!exists) return undefined;
  if ('group' in subject) {
    const { group: groupId } = subject;
    return { type: 'RollbackGroup', groupId, groups: [...groups.values()], apps: [...apps.values()], force };
  }
  const app = apps.get(subject.app);
  return app === undefined ? undefined : { type: 'RollbackApp', app, force, uri };
}

async function formerAt(
  archive: Archive,
  asked: Asked,
  { subject, text }: { readonly subject: Subject; readonly text: string },
): Promise<Former | Answer> {
  const found = await stateAt(archive, asked, text);
  return 'status' in found ? found : definitionsAt(found, subject, text);
}

async function stateAt(
  archive: Archive,
  { present }: Asked,
  text: string,
): Promise<{ readonly model: ReadModel; readonly place: Place } | Answer> {
  const place = await archive.locate(text, present);
  if ('status' in place) return place;
  const model = await archive.modelAt(place.position);
  return 'status' in model ? model : { model, place };
}

const notFound = (subject: Subject): Answer =>
  'app' in subject ? appNotFound(subject.app) : unknownGroup(subject.group);

const neverThere = (subject: Subject, to: string): Answer =>
  'app' in subject
    ? errorAnswer(404, `App '${subject.app}' does not exist at ${to}`, [])
    : errorAnswer(404, `Group '${subject.group}' does not exist at ${to}`, []);
