import { formatTimestamp } from '#domain';
import type {
  CommandSummary,
  DeploymentRecord,
  DeploymentStepRecord,
  FailureRecord,
  KeptRefusal,
} from '#history';

/** A command of `kind=command`, in the form of `/ekiden/v1`. */
export function printCommand(command: CommandSummary): object {
  const { id, time, actor, position, last, events, summary, subjects, deploymentId } = command;
  return {
    id,
    time: formatTimestamp(time),
    actor,
    accepted: true,
    position,
    last,
    events,
    summary,
    subjects,
    ...(deploymentId === undefined ? {} : { deploymentId }),
  };
}

/** A refused command; its id is no correlation id, as it led to nothing. */
export function printRefusal(refusal: KeptRefusal): object {
  const { id, time, actor, command, method, path, status, reason, payloadHash } = refusal;
  return {
    id: `refused-${id}`,
    time: formatTimestamp(time),
    actor,
    accepted: false,
    command,
    method,
    path,
    status,
    reason,
    payloadHash,
  };
}

/** A deployment; `failures` is their number, or the list of them. */
export function printDeploymentRecord(
  { startedAt, endedAt, steps, readiness, failures, ...record }: DeploymentRecord,
  failed?: readonly FailureRecord[],
): object {
  return {
    ...record,
    ...printSpan({ startedAt, endedAt }),
    steps: steps.map(printStep),
    readiness: readiness.map(({ time, ...result }) => ({ ...result, time: formatTimestamp(time) })),
    failures: failed ?? failures,
  };
}

const printStep = ({ actions, ...span }: DeploymentStepRecord): object => ({ actions, ...printSpan(span) });

function printSpan({
  startedAt,
  endedAt,
}: {
  startedAt?: number | undefined;
  endedAt?: number | undefined;
}): object {
  if (startedAt === undefined) return {};
  const begun = { startedAt: formatTimestamp(startedAt) };
  return endedAt === undefined
    ? begun
    : { ...begun, endedAt: formatTimestamp(endedAt), durationMs: endedAt - startedAt };
}
