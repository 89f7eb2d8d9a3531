import type { TaskInfo } from '#mesos';

/**
 * Why this agent cannot run a task as asked, in the words that follow `Failed to launch container: `
 * (spec/local-cluster.md §8.2, §19.6). Nothing is left out silently: what the process runner does not do is refused.
 */
export function launchRefusal(task: TaskInfo): string | undefined {
  const { container } = task;
  const checks = container?.type === 'DOCKER' ? dockerCheckRefusal(task) : undefined;
  if (checks !== undefined) return checks;
  if (container?.type === 'DOCKER') {
    return 'docker engine is not available: this agent runs processes only';
  }
  const image = container?.mesos?.image;
  if (image !== undefined) {
    const name = image.docker?.name ?? image.appc?.name ?? image.type;
    return `container image '${name}' needs a docker engine: this agent runs processes only`;
  }
  const network = container?.network_infos?.find(({ name }) => name !== undefined);
  if (network !== undefined) return `Unknown network '${network.name}'`;
  if ((container?.volumes ?? []).length > 0) return 'container volumes are not available on this agent';
  if ((container?.rlimit_info?.rlimits ?? []).length > 0) {
    return 'rlimits are not available on this agent';
  }
  if (container?.linux_info !== undefined || container?.tty_info !== undefined) {
    return 'linux_info and tty_info are not available on this agent';
  }
  return task.limits === undefined || Object.keys(task.limits).length === 0
    ? undefined
    : 'resource limits are not available on this agent';
}

/** The reference's docker executor knows no generic checks; commands of health checks would run beside the container. */
function dockerCheckRefusal({ check, health_check: healthCheck }: TaskInfo): string | undefined {
  if (check !== undefined) return 'checks are not supported for docker tasks';
  return healthCheck?.type === 'COMMAND'
    ? 'COMMAND health checks of docker tasks are not available on this agent'
    : undefined;
}
