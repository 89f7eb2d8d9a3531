import type { Violations } from '../../violations.js';
import type { UnversionedApp } from '../app-definition.js';
import type { CanonicalApp } from '../canonical-app.js';

const NOTHING_TO_RUN = "AppDefinition must either contain one of 'cmd' or 'args', and/or a 'container'.";

/** Phase C: `cmd`, `args` or any container that may hold an image (`spec/definitions.md` §4.1, §15). */
export function commandRules(app: CanonicalApp, violations: Violations): void {
  const contained = app.container?.type === 'MESOS' || app.container?.docker !== undefined;
  violations.require(canRun(app, contained), '/', NOTHING_TO_RUN);
  violations.require(app.cmd === undefined || app.cmd.length > 1, '/', 'must not be an empty string');
}

/** Phase M: without a command only an image can run. */
export function imageRules(app: UnversionedApp, violations: Violations): void {
  violations.require(canRun(app, app.container?.docker !== undefined), '/', NOTHING_TO_RUN);
}

function canRun(
  app: { readonly cmd?: string; readonly args: readonly string[] },
  contained: boolean,
): boolean {
  const hasCmd = app.cmd !== undefined;
  const hasArgs = app.args.length > 0;
  return hasCmd !== hasArgs || (!hasCmd && contained);
}
