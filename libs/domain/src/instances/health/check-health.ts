/**
 * What is known of one health check of one instance (`spec/scheduling.md` §5.3). Only what changes the picture is
 * recorded: `lastSuccessMs` is when the check last became healthy, not the last of many successes in a row.
 */
export interface CheckHealth {
  /** A success exists and is newer than the last failure. */
  readonly alive: boolean;
  /** Failures since the last success. */
  readonly consecutiveFailures: number;
  /** Times are epoch ms. */
  readonly firstSuccessMs?: number;
  readonly lastSuccessMs?: number;
  readonly lastFailureMs?: number;
  readonly lastFailureCause?: string;
}

/** One entry per health check of the definition; `null`: no result yet. */
export type HealthRecord = readonly (CheckHealth | null)[];

export interface CheckFailure {
  readonly cause: string;
  readonly consecutiveFailures: number;
  readonly atMs: number;
}

/** The record with a success of check number `check`. */
export function withSuccess(record: HealthRecord | undefined, check: number, atMs: number): HealthRecord {
  const before = record?.[check];
  return replaced(record, check, {
    alive: true,
    consecutiveFailures: 0,
    firstSuccessMs: before?.firstSuccessMs ?? atMs,
    lastSuccessMs: atMs,
    lastFailureMs: before?.lastFailureMs,
    lastFailureCause: before?.lastFailureCause,
  });
}

/** The record with a failure of check number `check`. */
export function withFailure(
  record: HealthRecord | undefined,
  check: number,
  { cause, consecutiveFailures, atMs }: CheckFailure,
): HealthRecord {
  const before = record?.[check];
  return replaced(record, check, {
    alive: false,
    consecutiveFailures,
    firstSuccessMs: before?.firstSuccessMs,
    lastSuccessMs: before?.lastSuccessMs,
    lastFailureMs: atMs,
    lastFailureCause: cause,
  });
}

/**
 * The health of an instance over all checks of its definition: `undefined` while some have not reported
 * (`spec/scheduling.md` §5.4).
 *
 * @param checks how many checks the definition has.
 */
export function aggregateHealth(record: HealthRecord | undefined, checks: number): boolean | undefined {
  if (record === undefined) return undefined;
  let healthy = true;
  for (let check = 0; check < checks; check++) {
    const health = record[check];
    if (health === undefined || health === null) return undefined;
    healthy &&= health.alive;
  }
  return healthy;
}

function replaced(record: HealthRecord | undefined, check: number, health: CheckHealth): HealthRecord {
  const length = Math.max(record?.length ?? 0, check + 1);
  return Array.from({ length }, (_, index) => (index === check ? health : (record?.[index] ?? null)));
}
