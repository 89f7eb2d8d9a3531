/**
 * Schemas of the messages a master accepts, as plain data (C§4.1, C§12). Names are the proto names; a field
 * that no schema lists is unknown and dropped, as the reference does.
 */
export type FieldType =
  | { readonly kind: 'string' | 'bytes' | 'bool' | 'double' | 'integer' | 'limit' }
  | { readonly kind: 'enum'; readonly names: ReadonlySet<string> }
  | { readonly kind: 'message'; readonly schema: () => MessageSchema }
  | { readonly kind: 'map'; readonly value: FieldType };

export interface Field {
  readonly type: FieldType;
  readonly isRepeated: boolean;
  readonly isRequired: boolean;
}

export type MessageSchema = Readonly<Record<string, Field>>;

const optional = (type: FieldType): Field => ({ type, isRepeated: false, isRequired: false });

export const required = (field: Field): Field => ({ ...field, isRequired: true });
export const repeated = (field: Field): Field => ({ ...field, isRepeated: true });

export const string = optional({ kind: 'string' });
export const bytes = optional({ kind: 'bytes' });
export const bool = optional({ kind: 'bool' });
export const double = optional({ kind: 'double' });
export const integer = optional({ kind: 'integer' });
/** A double that keeps the word `Infinity`, which JSON numbers cannot carry further. */
export const limit = optional({ kind: 'limit' });

export const enumOf = (...names: readonly string[]): Field =>
  optional({ kind: 'enum', names: new Set(names) });

/** Takes a function so that schemas may refer to each other across files. */
export const message = (schema: () => MessageSchema): Field => optional({ kind: 'message', schema });

export const mapOf = (value: Field): Field => optional({ kind: 'map', value: value.type });
