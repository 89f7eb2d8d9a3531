import { writeAppJson } from '#bus-events';
import type { AppDefinition, Group } from '#domain';
import type { JsonObject } from '#history';

const GIVEN_BY_SERVER: ReadonlySet<string> = new Set(['version', 'versionInfo']);

/**
 * An app as differences are told of it: as `GET /v2/apps/{id}` prints the definition. Versions are given to it by the
 * server and are no part of what it says.
 */
export function comparedApp(app: AppDefinition): JsonObject {
  const printed = JSON.parse(writeAppJson(app)) as JsonObject;
  return Object.fromEntries(Object.entries(printed).filter(([name]) => !GIVEN_BY_SERVER.has(name)));
}

/** A group as differences are told of it, without what lies in it. */
export const comparedGroup = ({ id, dependencies, enforceRole }: Group): JsonObject => ({
  id,
  dependencies: [...dependencies],
  ...(enforceRole === undefined ? {} : { enforceRole }),
});
