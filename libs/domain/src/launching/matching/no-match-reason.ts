/** Why an offer did not fit, in the order of the funnel (`spec/scheduling.md` §2.7). */
export const NO_MATCH_REASONS = [
  'UnfulfilledRole',
  'UnfulfilledConstraint',
  'NoCorrespondingReservationFound',
  'AgentMaintenance',
  'InsufficientCpus',
  'InsufficientMemory',
  'InsufficientDisk',
  'InsufficientGpus',
  'InsufficientPorts',
  'DeclinedScarceResources',
] as const;

export type NoMatchReason = (typeof NO_MATCH_REASONS)[number];

/** A set of reasons as a bit field: one is made for every app and offer that do not fit. */
export type ReasonSet = number;

export const NO_REASON: ReasonSet = 0;

const BITS = Object.fromEntries(NO_MATCH_REASONS.map((reason, place) => [reason, 1 << place])) as Record<
  NoMatchReason,
  ReasonSet
>;

/** The set with exactly these reasons. */
export function reasonSet(...reasons: readonly NoMatchReason[]): ReasonSet {
  return reasons.reduce((set, reason) => set | BITS[reason], NO_REASON);
}

/** The members of a set, in funnel order. */
export function reasonsIn(set: ReasonSet): NoMatchReason[] {
  return NO_MATCH_REASONS.filter((reason) => (set & BITS[reason]) !== 0);
}

/** Place of the earliest member in the funnel, -1 for the empty set. */
export function firstPlace(set: ReasonSet): number {
  return set === NO_REASON ? -1 : 31 - Math.clz32(set & -set);
}
