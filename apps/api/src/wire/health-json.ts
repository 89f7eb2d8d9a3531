import { formatTimestamp, type CheckHealth, type CheckStatus, type Instance } from '#domain';

const NONE: readonly CheckHealth[] = [];

/** What is known of the health checks of an instance; a check without a result so far has no entry. */
export function resultsOf({ health }: Instance): readonly CheckHealth[] {
  return health?.filter((result) => result !== null) ?? NONE;
}

/** `healthCheckResults` of a task (`spec/rest-api.md` §8.2). */
export const printHealthResults = (instance: Instance): object[] =>
  resultsOf(instance).map((result) => ({
    alive: result.alive,
    consecutiveFailures: result.consecutiveFailures,
    firstSuccess: instant(result.firstSuccessMs),
    lastSuccess: instant(result.lastSuccessMs),
    lastFailure: instant(result.lastFailureMs),
    lastFailureCause: result.lastFailureCause,
    instanceId: instance.id,
  }));

/** `checkResult` of a task: nothing until Mesos has reported a result (§8.1). */
export function printCheckResult(status: CheckStatus | undefined): object | undefined {
  if (status?.http?.status_code !== undefined) return { http: { statusCode: status.http.status_code } };
  if (status?.tcp?.succeeded !== undefined) return { tcp: { succeeded: status.tcp.succeeded } };
  if (status?.command?.exit_code !== undefined) return { command: { exitCode: status.command.exit_code } };
  return undefined;
}

const instant = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : formatTimestamp(ms);
