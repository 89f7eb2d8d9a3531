import type { ApiCommand, PlannedChange } from '#domain';
import { diffDefinitions, type DefinitionChange, type Definitions, type JsonObject } from '#history';
import { valueAnswer, type Answer } from './answer.js';
import { comparedApp, comparedGroup } from './compared-form.js';
import { refusalAnswer } from './refusal-answer.js';

/** The body of `POST /ekiden/v1/plan` (docs/plan.md). */
export function planAnswer(command: ApiCommand, planned: PlannedChange): Answer {
  const { reply, outlook, placements, token, position } = planned;
  const { outcome, apps, steps, cancels } = outlook;
  return valueAnswer({
    outcome,
    changes: changesOf(outlook),
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

/** Groups first, then apps. */
function changesOf({ groups, apps }: PlannedChange['outlook']): DefinitionChange[] {
  return [
    ...diffDefinitions(
      definitionsOf(groups.map(({ groupId, from }) => [groupId, from && comparedGroup(from)])),
      definitionsOf(groups.map(({ groupId, to }) => [groupId, to && comparedGroup(to)])),
    ),
    ...diffDefinitions(
      definitionsOf(apps.map(({ appId, from }) => [appId, from && comparedApp(from)])),
      definitionsOf(apps.map(({ appId, to }) => [appId, to && comparedApp(to)])),
    ),
  ];
}

/** Those that exist. */
const definitionsOf = (sides: readonly (readonly [string, JsonObject | null])[]): Definitions =>
  new Map(sides.filter((side): side is [string, JsonObject] => side[1] !== null));
