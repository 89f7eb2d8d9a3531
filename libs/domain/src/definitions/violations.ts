import type { Violation } from './result.js';

/** So many paths are told; a body can be wrong in more places than anybody wants to read. */
const MOST_PATHS = 1000;

/**
 * Collects the violations of one phase: several texts on one path share an entry, repeated texts count once
 * (`spec/definitions.md` §2.2).
 */
export class Violations {
  private entries: Map<string, string[]> | undefined;

  get isEmpty(): boolean {
    return this.entries === undefined;
  }

  /** Adds one text; the path is in the syntax of §2.3. */
  add(path: string, error: string): void {
    this.entries ??= new Map();
    const errors = this.entries.get(path);
    if (errors === undefined) {
      if (this.entries.size < MOST_PATHS) this.entries.set(path, [error]);
    } else if (!errors.includes(error)) errors.push(error);
  }

  /** Adds the text unless the rule holds. */
  require(holds: boolean, path: string, error: string): void {
    if (!holds) this.add(path, error);
  }

  /** Takes over everything another collector found. */
  addAll(other: Violations): void {
    for (const { path, errors } of other.list()) {
      for (const error of errors) this.add(path, error);
    }
  }

  /** The `details` of a refusal. */
  list(): Violation[] {
    return [...(this.entries ?? [])].map(([path, errors]) => ({ path, errors }));
  }
}
