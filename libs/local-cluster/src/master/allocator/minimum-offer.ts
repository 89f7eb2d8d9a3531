import { parseResources, sumScalar, type FrameworkInfo, type Resource } from '#mesos';

/** Scalar amounts by resource name that an offer must reach together. */
export type Quantities = Readonly<Record<string, number>>;

/**
 * Reads the master's `min_allocatable_resources`: alternatives separated by `|` (spec/local-cluster.md §3.1, §5.4).
 *
 * @throws Error when the operator's text is not of this form: the master must not start with it.
 */
export function parseMinimumOffer(text: string): readonly Quantities[] {
  return text
    .split('|')
    .filter((alternative) => alternative.trim() !== '')
    .map((alternative) => {
      const parsed = parseResources(alternative);
      if (!parsed.ok) throw new Error(`min_allocatable_resources '${text}': ${parsed.error}`);
      return Object.fromEntries(
        parsed.resources.map((resource) => [resource.name, sumScalar([resource], resource.name)]),
      );
    });
}

/** The framework's own minimum for the role, else the master's. An empty list means no minimum (C§8). */
export function minimumOfferFor(
  info: FrameworkInfo,
  role: string,
  masterDefault: readonly Quantities[],
): readonly Quantities[] {
  const own = info.offer_filters?.[role]?.min_allocatable_resources;
  if (own === undefined) return masterDefault;
  return (own.quantities ?? []).map((set) =>
    Object.fromEntries(Object.entries(set.quantities ?? {}).map(([name, scalar]) => [name, scalar.value])),
  );
}

/** Whether the resources reach at least one of the alternatives, or there is none. */
export function reachesMinimum(resources: readonly Resource[], alternatives: readonly Quantities[]): boolean {
  return (
    alternatives.length === 0 ||
    alternatives.some((quantities) =>
      Object.entries(quantities).every(([name, amount]) => sumScalar(resources, name) >= amount),
    )
  );
}
