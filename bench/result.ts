/** What every benchmark ends with. `ratio` is `value / reference`. */
export interface BenchmarkResult {
  readonly value: number;
  readonly unit: string;
  /** The limit or peer measured in the same run. */
  readonly reference: number;
  readonly ratio: number;
}

/** Rounds for printing; figures of a benchmark are not worth more digits. */
export const rounded = (value: number, digits = 3): number => Number(value.toPrecision(digits));

/** The result of a measurement against its limit. */
export function compared(value: number, reference: number, unit: string): BenchmarkResult {
  return {
    value: rounded(value, 4),
    unit,
    reference: rounded(reference, 4),
    ratio: rounded(value / reference),
  };
}
