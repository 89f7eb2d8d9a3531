import { recordedLaunchQueue } from '#domain';
import type { ReadableAppPath } from '../paths/app-path.js';
import type { GroupPath } from '../paths/group-path.js';
import { listParam, type Query } from '../paths/query.js';
import { appFilterOf } from '../projection/app-filter.js';
import { writeApps } from '../projection/app-queries.js';
import { jsonAnswer, valueAnswer, type Answer } from '../wire/answer.js';
import { printDeployment } from '../wire/deployment-json.js';
import { embedsOf, LIST_EMBEDS } from '../wire/embeds.js';
import { writeQueue } from '../wire/queue-json.js';
import { answerAppRead } from './app-reads.js';
import { answerGroupRead } from './group-reads.js';
import type { Moment } from './moment.js';
import { answerTasksRead } from './task-reads.js';

/** A read that the state alone can answer, as plain data: it may be asked of the present or of any former state. */
export type StateRead =
  | { readonly kind: 'apps'; readonly query: Query }
  | {
      readonly kind: 'app';
      readonly path: ReadableAppPath;
      readonly query: Query;
      readonly accept: string | undefined;
    }
  | { readonly kind: 'group'; readonly path: GroupPath; readonly query: Query }
  | { readonly kind: 'tasks'; readonly query: Query; readonly accept: string | undefined }
  | { readonly kind: 'deployments' }
  | { readonly kind: 'queue'; readonly query: Query };

/** Answers a read as of a moment. The one path for the present and the past. */
export function answerRead(moment: Moment, read: StateRead): Answer {
  switch (read.kind) {
    case 'apps':
      return apps(moment, read.query);
    case 'app':
      return answerAppRead(moment, read.path, read);
    case 'group':
      return answerGroupRead(moment, read.path, read.query);
    case 'tasks':
      return answerTasksRead(moment, read);
    case 'deployments':
      return deployments(moment);
    case 'queue':
      return queue(moment, read.query);
  }
}

/** `GET /v2/apps` (`spec/rest-api.md` §7.2). */
function apps({ model, nowMs }: Moment, query: Query): Answer {
  const selection = appFilterOf(query);
  if (!selection.ok) return selection.answer;
  const printing = { embeds: LIST_EMBEDS | embedsOf(query), nowMs };
  return jsonAnswer(200, `{"apps":[${writeApps(model, selection.filter, printing)}]}`);
}

/** `GET /v2/deployments` (§11.1). */
function deployments({ model: { state } }: Moment): Answer {
  const listed = [...state.deployments.values()].filter(({ plan }) => plan.steps.length > 0);
  return valueAnswer(listed.map((deployment) => printDeployment(state, deployment)));
}

/** `GET /v2/queue` (§11.3) as far as the log tells: back-off and offers are in the leader's memory alone. */
function queue({ model, nowMs }: Moment, query: Query): Answer {
  return jsonAnswer(200, writeQueue(recordedLaunchQueue(model.state, nowMs), wantsOffers(query)));
}

/** Whether the launch queue is to be shown with the last offers that were not used. */
export const wantsOffers = (query: Query): boolean => listParam(query, 'embed').includes('lastUnusedOffers');
