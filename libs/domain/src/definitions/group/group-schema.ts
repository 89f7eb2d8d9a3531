import { pathId } from '../app/schema/common.js';
import { readIdentifiedApp, type SubmittedApp } from '../app/schema/app-schema.js';
import { object, optional, required } from '../json/object-reader.js';
import { boolean, double, set, string, type Reader } from '../json/reader.js';

/** A group body as it was sent (`spec/definitions.md` §13.1); every key is optional but the id of nested groups. */
export interface SubmittedGroup {
  readonly id?: string;
  readonly apps?: readonly SubmittedApp[];
  readonly groups?: readonly SubmittedGroup[];
  readonly dependencies?: readonly string[];
  readonly enforceRole?: boolean;
  readonly scaleBy?: number;
  readonly version?: string;
  /** Whatever was sent: pods cannot be changed here. */
  readonly pods?: unknown;
}

const anything: Reader<unknown> = (json) => json;

/** Groups nest, so the reader refers to itself. */
const nestedGroup: Reader<SubmittedGroup> = (json, path, violations) =>
  readNestedGroup(json, path, violations);

const fields = {
  apps: optional(set(readIdentifiedApp)),
  groups: optional(set(nestedGroup)),
  dependencies: optional(set(string())),
  enforceRole: optional(boolean),
  scaleBy: optional(double({ min: 0 })),
  version: optional(string()),
  pods: optional(anything),
};

const readNestedGroup: Reader<SubmittedGroup> = object({ id: required(pathId), ...fields });

/** The body of POST and PUT: the URL names the group as well. */
export const readGroup: Reader<SubmittedGroup> = object({ id: optional(pathId), ...fields });

/** The body of PATCH. */
export const readGroupPatch = object({ enforceRole: optional(boolean) });
