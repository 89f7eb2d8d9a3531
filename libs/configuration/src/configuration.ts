import type { FlagName, FlagTable } from './flags/catalogue.js';
import type { Flag, Unit } from './flags/flag.js';

type CamelCase<S extends string> = S extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : S;

type EndingIn<P extends string, Suffix extends string> = P extends `${string}${Suffix}` ? P : `${P}${Suffix}`;

type PropertyOf<Name extends string, U extends Unit> = U extends 'none'
  ? CamelCase<Name>
  : EndingIn<CamelCase<Name>, Capitalize<U>>;

type ValueOf<F> = F extends Flag<infer T> ? T : never;

/**
 * The settings of a process. Every flag of the table is here, under its name in camel case with the unit last:
 * `--decline_offer_duration` is `declineOfferDurationMs`. Flags that this version ignores or does not know yet hold
 * their defaults, because `/v2/info` prints some of them. A flag without default that nobody set is `undefined`.
 */
export type Configuration = {
  readonly [N in FlagName as PropertyOf<N, FlagTable[N]['unit']>]: ValueOf<FlagTable[N]>;
};

/** The property of {@link Configuration} that holds a flag. */
export function propertyName(flagName: string, unit: Unit): string {
  const camelCase = flagName.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  if (unit === 'none') return camelCase;
  const suffix = unit.charAt(0).toUpperCase() + unit.slice(1);
  return camelCase.endsWith(suffix) ? camelCase : camelCase + suffix;
}
