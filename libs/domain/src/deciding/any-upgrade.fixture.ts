import { array, constantFrom, integer, record, type Arbitrary } from 'fast-check';

/** An upgrade of an app under some strategy, and what happens meanwhile. */
export interface AnyUpgrade<Step> {
  readonly instances: number;
  /** minimumHealthCapacity. */
  readonly least: number;
  /** maximumOverCapacity. */
  readonly over: number;
  readonly steps: readonly Step[];
}

export const anyUpgrade = <Step>(step: Arbitrary<Step>): Arbitrary<AnyUpgrade<Step>> =>
  record({
    instances: integer({ min: 1, max: 6 }),
    least: constantFrom(0, 0.25, 0.5, 0.75, 1),
    over: constantFrom(0, 0.25, 0.5, 1),
    steps: array(step, { maxLength: 60 }),
  });

/** How many instances have to serve, and how many there may be (`spec/scheduling.md` §7.4). */
export function limitsOf({ instances, least, over }: AnyUpgrade<unknown>): {
  readonly minimum: number;
  readonly maximum: number;
} {
  const minimum = Math.ceil(instances * least);
  const surplus = minimum === instances ? instances + 1 : 0;
  return { minimum, maximum: Math.max(Math.floor(instances * (1 + over)), surplus) };
}
