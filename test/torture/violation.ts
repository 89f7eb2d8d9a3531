/** What must never happen. */
export type ViolationKind =
  'lost command' | 'applied twice' | 'double launch' | 'stuck' | 'stream' | 'audit' | 'command';

/** Something that must never happen has happened; the run ends with it. */
export class Violation extends Error {
  constructor(
    readonly kind: ViolationKind,
    readonly details: readonly string[],
  ) {
    super(`${kind}: ${details.join('; ')}`);
  }
}
