/** An invariant of `design.md` §7 does not hold. */
export class Violation extends Error {
  override readonly name = 'Violation';

  constructor(
    readonly invariant: string,
    details: string,
  ) {
    super(`${invariant}: ${details}`);
  }
}

/** @throws {Violation} unless it holds. */
export function must(holds: boolean, invariant: string, details: () => string): asserts holds {
  if (!holds) throw new Violation(invariant, details());
}
