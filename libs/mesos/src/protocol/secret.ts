import type { Base64 } from './primitives.js';

/** A secret by reference to the agent's secret resolver, or by value. */
export type Secret =
  | { type: 'REFERENCE'; reference: { name: string; key?: string } }
  | { type: 'VALUE'; value: { data: Base64 } };
