import type { TaskInfo } from '#mesos';
import type { NamedNetworks } from './agent-options.js';
import { effectiveNetworkOf, engineTaskOf, needsEngine } from './runner/docker/engine-task.js';
import { limitOf } from './limits.js';
import { linuxInfoRefusal } from './sandbox/linux-info.js';
import { networkOf } from './sandbox/networks.js';

/**
 * Why this agent cannot run a task as asked, in the words that follow `Failed to launch container: `
 * (spec/local-cluster.md §8.2, §19.6). Nothing is left out silently: what neither processes nor the engine can do is
 * refused.
 */
export function launchRefusal(task: TaskInfo, networks: NamedNetworks): string | undefined {
  const { container } = task;
  const image = container?.mesos?.image;
  if (image !== undefined && image.docker === undefined) {
    return `container image '${image.appc?.name ?? image.type}' is not one of docker`;
  }
  if (image?.docker?.config !== undefined) return 'pull secrets are not available on this agent';
  if ((container?.rlimit_info?.rlimits ?? []).length > 0) {
    return 'rlimits are not available on this agent';
  }
  if (container?.tty_info !== undefined) return 'tty_info is not available on this agent';
  const linuxInfo = container?.linux_info && linuxInfoRefusal(container.linux_info);
  if (linuxInfo !== undefined) return linuxInfo;
  return needsEngine(task) ? engineCheckRefusal(task, networks) : processRefusal(task, networks);
}

/** The reference's docker executor knows no generic checks; nobody connects to a container without a network (§15). */
function engineCheckRefusal(task: TaskInfo, networks: NamedNetworks): string | undefined {
  const { check, health_check: healthCheck, container } = task;
  if (check !== undefined && container?.type === 'DOCKER') {
    return 'checks are not supported for docker tasks';
  }
  const connects = [check, healthCheck].some((asked) => asked !== undefined && asked.type !== 'COMMAND');
  const engine = engineTaskOf(task, networks);
  return connects && engine.ok && effectiveNetworkOf(engine.task) === 'none'
    ? 'HTTP and TCP checks do not reach a container without a network'
    : undefined;
}

function processRefusal(task: TaskInfo, networks: NamedNetworks): string | undefined {
  const infos = task.container?.network_infos ?? [];
  const network = networkOf(infos, networks);
  if (!network.ok) return network.error;
  if (network.kind === 'docker') {
    const name = infos.find((info) => info.name !== undefined)?.name;
    return `Network '${name}' needs a container image: it belongs to the docker engine`;
  }
  // Memory is watched (§19.1); processor time only cgroups or an engine can hold back.
  return typeof limitOf(task, 'cpus') === 'number'
    ? 'a limit of cpus needs a container image: this agent does not limit the processor time of processes'
    : undefined;
}
