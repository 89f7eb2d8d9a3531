import { canonicalPath } from '../../ids/path-id.js';
import { parseTimestamp, type Timestamp, formatTimestamp } from '../../time/timestamp.js';
import { accepted, contradiction, invalidJson, invalidObject, type Result } from '../result.js';
import type { DefinitionContext, DefinitionSettings } from '../settings.js';
import { Violations } from '../violations.js';
import type { AppDefinition, UnversionedApp } from './app-definition.js';
import type { AppFields } from './canonical-app.js';
import { DEFAULT_PORT_DEFINITIONS, canonicalApp, withPortIndex } from './canonical-form.js';
import { legacyViolations } from './legacy-rules.js';
import { translateLegacy } from './legacy-translation.js';
import { finishApp } from './parse-app.js';
import { roleSettingsFor } from './roles.js';
import { readApp, type SubmittedApp } from './schema/app-schema.js';

/** A partial change of an app (`spec/definitions.md` §4.2), deprecated keys translated. */
export type AppUpdate =
  | { readonly kind: 'merge'; readonly id?: string; readonly fields: AppFields }
  /** The body names nothing but a version: back to that stored definition. */
  | { readonly kind: 'rollback'; readonly id?: string; readonly version: Timestamp };

/** The list form of an update needs ids (§4.2). */
export const UPDATE_WITHOUT_ID = 'requirement failed: App Update must have app id set';

/**
 * Reads the body of a PATCH or of a PUT with `partialUpdate`: phases P and L, translation and the rules on updates
 * as such. `id` is canonical; the caller decides whether it counts.
 */
export function parseAppUpdate(
  json: unknown,
  context: Pick<DefinitionContext, 'settings' | 'basePath'>,
): Result<AppUpdate> {
  const violations = new Violations();
  const submitted = readApp(json, '', violations);
  if (submitted === undefined || !violations.isEmpty) return invalidJson(violations.list());
  const id = submitted.id === undefined ? undefined : canonicalPath(submitted.id, context.basePath);
  if (submitted.version !== undefined) return readRollback(submitted, id);
  if ((submitted.uris?.length ?? 0) > 0 && (submitted.fetch?.length ?? 0) > 0) {
    return contradiction('cannot specify both uris and fetch fields');
  }
  const mixed = legacyViolations(submitted);
  if (!mixed.isEmpty) return invalidObject(mixed.list());
  const translated = translateLegacy(submitted, context.settings);
  if (!translated.ok) return translated;
  const fields = translated.value;
  if (!networksAreNamed(fields, context.settings))
    return contradiction('container network name is not defined');
  return accepted({
    kind: 'merge',
    id,
    fields: { ...fields, healthChecks: fields.healthChecks?.map(withPortIndex) },
  });
}

function readRollback(submitted: SubmittedApp, id: string | undefined): Result<AppUpdate> {
  const text = submitted.version ?? '';
  const others = Object.keys(submitted).filter((key) => key !== 'id' && key !== 'version');
  if (others.length > 0) {
    const error = "The 'version' field may only be combined with the 'id' field.";
    return invalidObject([{ path: '/', errors: [error] }]);
  }
  const epochMs = parseTimestamp(text);
  if (epochMs === undefined) {
    return contradiction(`Invalid timestamp provided '${text}'. Expecting ISO-8601 datetime string.`);
  }
  return accepted({ kind: 'rollback', id, version: formatTimestamp(epochMs) });
}

function networksAreNamed(fields: AppFields, settings: DefinitionSettings): boolean {
  return (fields.networks ?? []).every(
    ({ mode, name }) =>
      mode !== 'container' || name !== undefined || settings.defaultNetworkName !== undefined,
  );
}

/**
 * Lays an update over a stored app, key by key and without looking inside, and judges the result like a new app
 * (§4.2). Keys that the update omits keep their stored value, resource limits and the container included (§16
 * no. 6 and 8).
 */
export function mergeAppUpdate(
  stored: AppDefinition,
  fields: AppFields,
  context: DefinitionContext,
): Result<UnversionedApp> {
  const merged: Record<string, unknown> = { ...stored };
  for (const [key, value] of Object.entries(fields)) {
    if (value !== undefined) merged[key] = value;
  }
  const roles = roleSettingsFor(stored.id, context);
  const app = canonicalApp(merged, {
    id: stored.id,
    defaultRole: roles.defaultRole,
    impliedPorts: DEFAULT_PORT_DEFINITIONS,
    submittedPortCount: fields.portDefinitions?.length ?? 0,
    fillPortIndices: 'never',
  });
  return finishApp(app, roles, context);
}
