import type { AppDefinition } from '#domain';
import { extendJson, writeAppJson } from './app-json.js';
import type { BusEvent } from './bus-event.js';

const TYPE = 'api_post_event';

/**
 * `api_post_event`: a single app was posted. Bulk updates, restarts and rollbacks store apps without a request path
 * and say nothing here (`spec/operations.md` §3.1).
 *
 * @param clientIp address of the peer that asked.
 */
export function postedApp(
  { app, uri }: { readonly app: AppDefinition; readonly uri?: string },
  clientIp: string | undefined,
  timestamp: string,
): readonly BusEvent[] {
  if (uri === undefined) return [];
  const fields = JSON.stringify({ clientIp: clientIp ?? 'unknown', uri, eventType: TYPE, timestamp });
  return [{ type: TYPE, appIds: [app.id], json: extendJson(fields, `"appDefinition":${writeAppJson(app)}`) }];
}
