import type { CheckStatusInfo, TaskInfo } from '#mesos';
import type { CheckResult } from '../../supervisor/protocol.js';

/**
 * `check_status` of a task, nothing when it has no check. Its inner message is empty as long as there is no result,
 * and when the check could not be performed (spec/local-cluster.md §15.3).
 */
export function checkStatusOf({ check }: TaskInfo, result: CheckResult = {}): CheckStatusInfo | undefined {
  const { exitCode, statusCode, succeeded } = result;
  switch (check?.type) {
    case undefined:
      return undefined;
    case 'COMMAND':
      return { type: 'COMMAND', command: exitCode === undefined ? {} : { exit_code: exitCode } };
    case 'HTTP':
      return { type: 'HTTP', http: statusCode === undefined ? {} : { status_code: statusCode } };
    case 'TCP':
      return { type: 'TCP', tcp: succeeded === undefined ? {} : { succeeded } };
  }
}
