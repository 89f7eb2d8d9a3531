import { UsageError } from '../errors.js';

/** The words and options that a command was called with. */
export class Input {
  constructor(
    private readonly words: readonly string[],
    private readonly names: readonly string[],
    private readonly values: ReadonlyMap<string, readonly string[]>,
  ) {}

  /** A named argument that the command requires. */
  argument(name: string): string {
    return this.words[this.names.indexOf(name)] ?? '';
  }

  /** A named argument that may be missing. */
  optional(name: string): string | undefined {
    return this.words[this.names.indexOf(name)];
  }

  /** All words from a named argument on. */
  rest(name: string): readonly string[] {
    return this.words.slice(this.names.indexOf(name));
  }

  flag(name: string): boolean {
    return this.values.has(name);
  }

  /** The value of an option; of a repeated one the last. */
  option(name: string): string | undefined {
    return this.values.get(name)?.at(-1);
  }

  list(name: string): readonly string[] {
    return this.values.get(name) ?? [];
  }

  /** @throws {UsageError} it is no number. */
  number(name: string): number | undefined {
    const text = this.option(name);
    return text === undefined ? undefined : numberOf(text, `\`--${name}\``);
  }
}

/** @throws {UsageError} the text is no number of 0 or above. */
export function numberOf(text: string, what: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0) {
    throw new UsageError(`${what} takes a number, not \`${text}\``);
  }
  return value;
}
