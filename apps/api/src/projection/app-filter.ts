import { parseLabelSelector, selectorError } from '#domain';
import { textParam, type Query } from '../paths/query.js';
import { errorAnswer, type Answer } from '../wire/answer.js';
import type { AppFilter } from './app-queries.js';

/** The filters of `GET /v2/apps`, combined with AND, or the answer to a selector that cannot be read (§7.2). */
export function appFilterOf(
  query: Query,
): { readonly ok: true; readonly filter: AppFilter } | { readonly ok: false; readonly answer: Answer } {
  const cmd = textParam(query, 'cmd')?.toLowerCase();
  const id = textParam(query, 'id')?.toLowerCase();
  const label = textParam(query, 'label');
  const selector = label === undefined ? undefined : parseLabelSelector(label);
  if (selector?.ok === false) {
    return { ok: false, answer: errorAnswer(422, selectorError(label ?? '', selector.error)) };
  }
  const filter: AppFilter = (app) =>
    (cmd === undefined || (app.cmd?.toLowerCase().includes(cmd) ?? false)) &&
    (id === undefined || app.id.toLowerCase().includes(id)) &&
    (selector === undefined || selector.value(app.labels));
  return { ok: true, filter };
}
