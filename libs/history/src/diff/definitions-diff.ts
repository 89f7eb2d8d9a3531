import { diffJson, type FieldChange, type JsonObject } from './json-diff.js';

/** What became of one app or group between two versions of a tree. */
export interface DefinitionChange {
  readonly id: string;
  readonly kind: 'added' | 'removed' | 'changed';
  /** Of what was added all fields, with `to` alone; of what was removed likewise, with `from`. */
  readonly fields: readonly FieldChange[];
}

/** Definitions in wire form by absolute id. */
export type Definitions = ReadonlyMap<string, JsonObject>;

/** What differs between two sets of definitions, in the order of the ids; what is the same is not listed. */
export function diffDefinitions(from: Definitions, to: Definitions): DefinitionChange[] {
  const changes: DefinitionChange[] = [];
  for (const id of [...new Set([...from.keys(), ...to.keys()])].toSorted()) {
    const before = from.get(id);
    const after = to.get(id);
    const fields = diffJson(before ?? {}, after ?? {});
    if (before === undefined) changes.push({ id, kind: 'added', fields });
    else if (after === undefined) changes.push({ id, kind: 'removed', fields });
    else if (fields.length > 0) changes.push({ id, kind: 'changed', fields });
  }
  return changes;
}
