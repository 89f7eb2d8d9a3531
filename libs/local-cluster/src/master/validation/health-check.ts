import type { CheckInfo, CommandInfo, HealthCheck } from '#mesos';

const NUMBERS_OF_HEALTH_CHECK = [
  'delay_seconds',
  'grace_period_seconds',
  'interval_seconds',
  'timeout_seconds',
] as const;
const NUMBERS_OF_CHECK = ['delay_seconds', 'interval_seconds', 'timeout_seconds'] as const;

/** Health check of a task (C§13); returns what is wrong with it, or undefined. */
export function healthCheckProblem(check: HealthCheck): string | undefined {
  switch (check.type) {
    case undefined:
      return "HealthCheck must specify 'type'";
    case 'COMMAND':
      if (check.command === undefined) return "Expecting 'command' to be set for COMMAND health check";
      return (
        commandProblem(check.command, 'COMMAND health check') ??
        negativeNumber(check, NUMBERS_OF_HEALTH_CHECK)
      );
    case 'HTTP':
      if (check.http === undefined) return "Expecting 'http' to be set for HTTP health check";
      return httpProblem(check.http) ?? negativeNumber(check, NUMBERS_OF_HEALTH_CHECK);
    case 'TCP':
      if (check.tcp === undefined) return "Expecting 'tcp' to be set for TCP health check";
      return negativeNumber(check, NUMBERS_OF_HEALTH_CHECK);
    default:
      return `'${String(check.type satisfies never)}' is not a valid health check type`;
  }
}

/** Generic check of a task (C§13). */
export function checkProblem(check: CheckInfo): string | undefined {
  switch (check.type) {
    case undefined:
      return "CheckInfo must specify 'type'";
    case 'COMMAND':
      if (check.command === undefined) return "Expecting 'command' to be set for COMMAND check";
      return (
        commandProblem(check.command.command, 'COMMAND check') ?? negativeNumber(check, NUMBERS_OF_CHECK)
      );
    case 'HTTP':
      if (check.http === undefined) return "Expecting 'http' to be set for HTTP check";
      return pathProblem(check.http.path, 'HTTP check') ?? negativeNumber(check, NUMBERS_OF_CHECK);
    case 'TCP':
      if (check.tcp === undefined) return "Expecting 'tcp' to be set for TCP check";
      return negativeNumber(check, NUMBERS_OF_CHECK);
    default:
      return `'${String(check.type satisfies never)}' is not a valid check type`;
  }
}

function commandProblem(command: CommandInfo, kind: string): string | undefined {
  if (command.value !== undefined) return undefined;
  return `${command.shell === false ? 'Executable path' : 'Shell command'} of ${kind} must be set`;
}

function httpProblem(http: NonNullable<HealthCheck['http']>): string | undefined {
  if (http.scheme !== undefined && http.scheme !== 'http' && http.scheme !== 'https') {
    return `Unsupported HTTP health check scheme: '${http.scheme}'`;
  }
  return pathProblem(http.path, 'HTTP health check');
}

function pathProblem(path: string | undefined, kind: string): string | undefined {
  return path === undefined || path.startsWith('/')
    ? undefined
    : `The path '${path}' of ${kind} must start with '/'`;
}

function negativeNumber<Name extends string>(
  check: Partial<Record<Name, number>>,
  names: readonly Name[],
): string | undefined {
  const negative = names.find((name) => (check[name] ?? 0) < 0);
  return negative && `Expecting '${negative}' to be non-negative`;
}
