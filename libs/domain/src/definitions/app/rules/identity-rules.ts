import { RESERVED_LAST_SEGMENTS, ROOT, SEGMENT_REGEX_TEXT, isPathSegment } from '../../../ids/path-id.js';
import type { Violations } from '../../violations.js';
import type { CanonicalApp } from '../canonical-app.js';

/** Ids of the app and of what it depends on (`spec/definitions.md` §3.3); dependencies are as submitted. */
export function identityRules(app: CanonicalApp, violations: Violations): void {
  if (app.id === ROOT) {
    violations.add('/', 'must not be root');
    violations.add('/id', 'Path must contain at least one path element');
  }
  for (const error of pathErrors(app.id)) violations.add('/id', error);
  for (const [index, id] of app.dependencies.entries()) {
    for (const error of pathErrors(id)) violations.add(`/dependencies(${index})`, error);
  }
}

/**
 * Longest path in characters. The contract has no limit, but everything above a path is a group of its own, so a long
 * one is a lot of groups; and what runs has the path in its task id, which Mesos limits to 255.
 */
const LONGEST_PATH = 1024;

/** What is wrong with a path, be it an id or a dependency, of an app or a group; nothing for the root. */
export function pathErrors(id: string): string[] {
  if (id.length > LONGEST_PATH) return [`must not be longer than ${LONGEST_PATH} characters`];
  const errors: string[] = [];
  const segments = id.split('/').filter((segment) => segment !== '');
  if (!segments.every(isPathSegment)) {
    errors.push(`must fully match regular expression '${SEGMENT_REGEX_TEXT}'`);
  }
  const last = segments.at(-1);
  if (last !== undefined && RESERVED_LAST_SEGMENTS.includes(last)) {
    errors.push(
      `must not end with any of the following reserved keywords: ${RESERVED_LAST_SEGMENTS.join(', ')}`,
    );
  }
  return errors;
}
