import type { Rejection, Result, Violation } from '../result.js';
import type { DefinitionContext, DefinitionSettings } from '../settings.js';
import type { AppDefinition, UnversionedApp } from './app-definition.js';
import { parseAppDefinition, type ParseOptions } from './parse-app.js';
import { printApp, type PrintOptions } from './print.js';

export const T0 = '2024-01-01T00:00:00.000Z';

export interface Surroundings extends Partial<DefinitionSettings> {
  readonly features?: readonly string[];
  readonly storedApps?: readonly AppDefinition[];
  /** Top-level groups that exist, with their `enforceRole`. */
  readonly groups?: Readonly<Record<string, boolean>>;
  readonly basePath?: string;
  readonly force?: boolean;
}

/** A context with the default configuration, except for what the test says. */
export function contextWith(surroundings: Surroundings = {}): DefinitionContext {
  const {
    features = [],
    storedApps = [],
    groups = {},
    basePath = '/',
    force = false,
    ...settings
  } = surroundings;
  return {
    settings: {
      mesosRole: '*',
      newGroupEnforceRole: 'off',
      mesosBridgeName: 'mesos-bridge',
      enabledFeatures: new Set(features),
      ...settings,
    },
    places: {
      storedApp: (id) => storedApps.find((app) => app.id === id),
      enforcesRole: (group) => groups[group],
    },
    basePath,
    force,
  };
}

export function parse(
  json: unknown,
  surroundings: Surroundings = {},
  options: ParseOptions = {},
): Result<UnversionedApp> {
  return parseAppDefinition(json, contextWith(surroundings), options);
}

/** The stored form of a body that must be accepted. */
export function parsed(
  json: unknown,
  surroundings: Surroundings = {},
  options: ParseOptions = {},
): UnversionedApp {
  return valueOf(parse(json, surroundings, options));
}

export function valueOf<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.error)}`);
  return result.value;
}

export function errorOf(result: Result<unknown>): Rejection {
  if (result.ok) throw new Error(`accepted: ${JSON.stringify(result.value)}`);
  return result.error;
}

/** A stored app made from a body. */
export function stored(json: object, surroundings: Surroundings = {}): AppDefinition {
  const app = parsed(json, surroundings);
  return { ...app, version: T0, versionInfo: { lastScalingAt: T0, lastConfigChangeAt: T0 } };
}

/** One line of a rule table: what is sent, and every violation that must come back, as `path: text`. */
export interface RuleCase {
  readonly rule: string;
  readonly app: object;
  readonly violations: readonly string[];
  readonly with?: Surroundings;
}

/** A refusal in the form that rule tables compare: violations as `path: text`, in no order. */
export interface Refusal {
  readonly status: number;
  readonly message: string;
  readonly violations: readonly string[];
}

export function refusal(message: string, violations: readonly string[]): Refusal {
  return { status: 422, message, violations: violations.toSorted() };
}

export function refusalOf(result: Result<unknown>): Refusal {
  const { status, message, details = [] } = errorOf(result);
  return { status, message, violations: flatten(details).toSorted() };
}

function flatten(details: readonly Violation[]): string[] {
  return details.flatMap(({ path, errors }) => errors.map((error) => `${path}: ${error}`));
}

/** What `printApp` prints, as one object. */
export function printOf(app: AppDefinition, options?: PrintOptions): Record<string, unknown> {
  const members: Record<string, unknown> = {};
  printApp(app, (name, value) => (members[name] = value), options);
  return members;
}
