import { canonicalPath } from '../../ids/path-id.js';
import { accepted, invalidJson, invalidObject, type Result } from '../result.js';
import type { DefinitionContext } from '../settings.js';
import { Violations } from '../violations.js';
import type { PortDefinition, UnversionedApp } from './app-definition.js';
import type { CanonicalApp } from './canonical-app.js';
import { DEFAULT_PORT_DEFINITIONS, canonicalApp } from './canonical-form.js';
import { legacyViolations } from './legacy-rules.js';
import { translateLegacy } from './legacy-translation.js';
import { normalForm } from './normal-form.js';
import { roleSettingsFor, type RoleSettings } from './roles.js';
import { canonicalViolations, modelViolations } from './rules/rules.js';
import { readApp, readIdentifiedApp, type SubmittedApp } from './schema/app-schema.js';

export interface ParseOptions {
  /** Canonical id that the URL names: the body need not carry one, and one it carries is ignored (§3.2). */
  readonly urlId?: string;
  /** Ports of an app that says nothing about ports; a bulk PUT that creates gives `[]` (§16 no. 5). */
  readonly impliedPorts?: readonly PortDefinition[];
}

/**
 * Reads a complete app: POST, replacement, creation by PUT. Runs the phases P, L, C, the normalisation and M of
 * `spec/definitions.md` §2.1; the first phase that finds violations answers with all of its own. Service ports that the
 * body leaves open are still 0.
 */
export function parseAppDefinition(
  json: unknown,
  context: DefinitionContext,
  options: ParseOptions = {},
): Result<UnversionedApp> {
  const violations = new Violations();
  const submitted = (options.urlId === undefined ? readIdentifiedApp : readApp)(json, '', violations);
  if (submitted === undefined || !violations.isEmpty) return invalidJson(violations.list());
  return judged(completeApp(submitted, context, options));
}

/** An app that passed phase C in its normal form, and what phase M has to say about it. */
export interface JudgedApp {
  readonly app: UnversionedApp;
  readonly model: Violations;
}

/** Phases L, C, the normalisation and M of an app that passed phase P. */
export function completeApp(
  submitted: SubmittedApp,
  context: DefinitionContext,
  options: ParseOptions = {},
): Result<JudgedApp> {
  const mixed = legacyViolations(submitted);
  if (!mixed.isEmpty) return invalidObject(mixed.list());
  const translated = translateLegacy(submitted, context.settings);
  if (!translated.ok) return translated;

  const fields = translated.value;
  const id = options.urlId ?? canonicalPath(submitted.id ?? '', context.basePath);
  const roles = roleSettingsFor(id, context);
  const app = canonicalApp(fields, {
    id,
    defaultRole: roles.defaultRole,
    impliedPorts: options.impliedPorts ?? DEFAULT_PORT_DEFINITIONS,
    submittedPortCount: fields.portDefinitions?.length ?? 0,
    fillPortIndices: (submitted.portDefinitions?.length ?? 0) > 0 ? 'always' : 'if mapped',
  });
  return judgeApp(app, roles, context);
}

/** Phases C and M around the rest of the normalisation; new and merged apps go the same way. */
export function finishApp(
  app: CanonicalApp,
  roles: RoleSettings,
  context: DefinitionContext,
): Result<UnversionedApp> {
  return judged(judgeApp(app, roles, context));
}

/**
 * What the rules say of an app in its normal form that is to be stored without having been sent: every rule of the
 * phases C and M, as phase R of a whole tree asks them. Its role was allowed when it was given, and stays so.
 */
export function modelViolationsOf(app: UnversionedApp, context: DefinitionContext): Violations {
  const { settings } = context;
  const roles = { defaultRole: app.role, allowedRoles: [app.role], existingRole: app.role };
  const facts = { settings, roles, force: context.force };
  const fields: Readonly<Record<string, unknown>> = { ...app };
  const canonical = canonicalApp(fields, {
    id: app.id,
    defaultRole: app.role,
    impliedPorts: [],
    submittedPortCount: 0,
    fillPortIndices: 'never',
  });
  const violations = canonicalViolations(canonical, facts);
  violations.addAll(modelViolations(app, facts));
  return violations;
}

function judgeApp(app: CanonicalApp, roles: RoleSettings, context: DefinitionContext): Result<JudgedApp> {
  const facts = { settings: context.settings, roles, force: context.force };
  const canonical = canonicalViolations(app, facts);
  if (!canonical.isEmpty) return invalidObject(canonical.list());
  const stored = normalForm(app, context.settings, context.basePath);
  return accepted({ app: stored, model: modelViolations(stored, facts) });
}

function judged(result: Result<JudgedApp>): Result<UnversionedApp> {
  if (!result.ok) return result;
  const { app, model } = result.value;
  return model.isEmpty ? accepted(app) : invalidObject(model.list());
}
