/**
 * Scalars are fixed point with three decimals (`spec/mesos-client.md §19.2`): 0.1 + 0.2 is exactly 0.3. All
 * arithmetic happens on integers; a double only exists on the wire.
 */

const UNITS_PER_ONE = 1000;

/** The nearest whole number of thousandths. */
export function toThousandths(value: number): number {
  return Math.round(value * UNITS_PER_ONE);
}

/** The double with at most three decimals that stands for so many thousandths. */
export function fromThousandths(thousandths: number): number {
  return thousandths / UNITS_PER_ONE;
}
