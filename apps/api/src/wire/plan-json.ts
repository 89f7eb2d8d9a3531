import type { ApiCommand, AppDefinition, AppOutlook, Group, GroupOutlook, PlannedChange } from '#domain';
import { writeAppJson } from '#bus-events';
import { valueAnswer, type Answer } from './answer.js';
import { jsonDiff, type FieldChange } from './json-diff.js';
import { refusalAnswer } from './refusal-answer.js';

/** An app or group that a write would change. */
interface PlannedDifference {
  readonly id: string;
  readonly kind: 'added' | 'removed' | 'changed';
  readonly fields: readonly FieldChange[];
}

/** The body of `POST /ekiden/v1/plan` (docs/plan.md). */
export function planAnswer(command: ApiCommand, planned: PlannedChange): Answer {
  const { reply, outlook, placements, token, position } = planned;
  const { outcome, apps, groups, steps, cancels } = outlook;
  return valueAnswer({
    outcome,
    changes: [...groups.flatMap(groupDifference), ...apps.flatMap(appDifference)],
    steps,
    instances: apps.map(({ appId, outcome: ofApp, keep, start, stop }) => ({
      appId,
      outcome: ofApp,
      keep,
      start,
      stop,
    })),
    placements,
    ...(cancels.length === 0 ? {} : { cancels: cancels.map((id) => ({ id })) }),
    ...(reply.kind === 'refused' ? { refusal: refusalOf(refusalAnswer(reply, command.type)) } : {}),
    token,
    position,
  });
}

/** The same for a write that is refused before there is a command: no plan rests on anything, so there is no token. */
export function refusedAnswer(answer: Answer): Answer {
  const nothing = { changes: [], steps: [], instances: [], placements: [] };
  return valueAnswer({ outcome: 'refused', ...nothing, refusal: refusalOf(answer) });
}

/** The answer that the write would get: its status before the members of its body. */
function refusalOf({ status, body }: Answer): object {
  return { status, ...(body === undefined ? {} : (JSON.parse(body) as object)) };
}

function appDifference({ appId, from, to }: AppOutlook): PlannedDifference[] {
  return difference(
    appId,
    from === null ? undefined : printedApp(from),
    to === null ? undefined : printedApp(to),
  );
}

function groupDifference({ groupId, from, to }: GroupOutlook): PlannedDifference[] {
  return difference(
    groupId,
    from === null ? undefined : printedGroup(from),
    to === null ? undefined : printedGroup(to),
  );
}

function difference(id: string, from: object | undefined, to: object | undefined): PlannedDifference[] {
  const fields = jsonDiff(from ?? {}, to ?? {});
  const kind = from === undefined ? 'added' : to === undefined ? 'removed' : 'changed';
  return kind === 'changed' && fields.length === 0 ? [] : [{ id, kind, fields }];
}

/** As `GET /v2/apps/{id}` shows it, but for the version: that is only given when the write is done. */
function printedApp(app: AppDefinition): object {
  const {
    version: _,
    versionInfo: __,
    ...printed
  } = JSON.parse(writeAppJson(app)) as Record<string, unknown>;
  return printed;
}

const printedGroup = ({ dependencies, enforceRole }: Group): object => ({
  dependencies,
  ...(enforceRole === undefined ? {} : { enforceRole }),
});
