import { RESERVED_LAST_SEGMENTS, ROOT, SEGMENT_REGEX_TEXT, isPathSegment } from '../../../ids/path-id.js';
import type { Violations } from '../../violations.js';
import type { CanonicalApp } from '../canonical-app.js';

/** Ids of the app and of what it depends on (`spec/definitions.md` §3.3); dependencies are as submitted. */
export function identityRules(app: CanonicalApp, violations: Violations): void {
  if (app.id === ROOT) {
    violations.add('/', 'must not be root');
    violations.add('/id', 'Path must contain at least one path element');
  }
  pathRules(app.id, '/id', violations);
  app.dependencies.forEach((id, index) => pathRules(id, `/dependencies(${index})`, violations));
}

function pathRules(id: string, path: string, violations: Violations): void {
  const segments = id.split('/').filter((segment) => segment !== '');
  const legal = segments.every(isPathSegment);
  violations.require(legal, path, `must fully match regular expression '${SEGMENT_REGEX_TEXT}'`);
  const last = segments.at(-1);
  if (last !== undefined && RESERVED_LAST_SEGMENTS.includes(last)) {
    violations.add(
      path,
      `must not end with any of the following reserved keywords: ${RESERVED_LAST_SEGMENTS.join(', ')}`,
    );
  }
}
