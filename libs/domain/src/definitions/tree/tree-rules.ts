import { ROOT } from '../../ids/path-id.js';
import type { Violation } from '../result.js';
import { Violations } from '../violations.js';

/** What the rules of phase R need to know of the tree; all paths are canonical. */
export interface ServiceTree {
  hasPod(path: string): boolean;
  /** A group that encloses this path has the id of an app. */
  hasAppAbove(path: string): boolean;
  /** A group that encloses this path has the id of a pod. */
  hasPodAbove(path: string): boolean;
  /** A group with this path has apps or pods anywhere below it. */
  groupHasServices(path: string): boolean;
}

/** The answer to an app and a group of one id (§3.4). */
export const SAME_IDENTIFIER = 'Groups and Applications may not have the same identifier.';

/**
 * Whether an app may take its id in the tree (`spec/definitions.md` §3.4). Groups without services give way, so only services
 * below the id or services that are named like an enclosing group clash.
 */
export function appIdentityViolations(id: string, tree: ServiceTree): Violation[] {
  const violations = new Violations();
  violations.require(!tree.hasPod(id), ROOT, 'Applications and Pods may not share the same id');
  violations.require(!tree.groupHasServices(id), ROOT, SAME_IDENTIFIER);
  violations.require(!tree.hasAppAbove(id), ROOT, SAME_IDENTIFIER);
  violations.require(!tree.hasPodAbove(id), ROOT, 'Groups and Pods may not have the same identifier.');
  return violations.list();
}

/** The answer to a cycle anywhere in the tree (§13.5). */
export const CYCLIC_DEPENDENCIES: Violation = {
  path: ROOT,
  errors: ['Dependency graph has cyclic dependencies.'],
};
