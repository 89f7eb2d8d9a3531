import type { CommandInfo, NetworkInfo, PortMapping, TaskInfo } from '#mesos';
import type { NamedNetworks } from '../../agent-options.js';
import type { Executable } from '../../sandbox/command.js';
import { networkOf } from '../../sandbox/networks.js';

/** What a container of the engine is made of: the part of a task that both kinds of container have in common. */
export interface EngineTask {
  readonly image: string;
  readonly forcePull: boolean;
  readonly isPrivileged: boolean;
  /** `host`, `bridge`, `none` or the name of a network of the engine. */
  readonly network: string;
  readonly portMappings: readonly PortMapping[];
  readonly parameters: readonly { readonly key: string; readonly value: string }[];
  /** Replaces the image's entry point. */
  readonly entryPoint: string | undefined;
  readonly arguments: readonly string[];
}

/** An engine task, or why there can be none. */
export type EngineTaskResult =
  { readonly ok: true; readonly task: EngineTask } | { readonly ok: false; readonly error: string };

const shell = '/bin/sh';

/** Whether a task needs an engine (spec/local-cluster.md §17). */
export function needsEngine({ container }: TaskInfo): boolean {
  return container?.type === 'DOCKER' || container?.mesos?.image?.docker !== undefined;
}

/** What the engine is to run for a task that needs it. */
export function engineTaskOf(task: TaskInfo, networks: NamedNetworks): EngineTaskResult {
  return task.container?.type === 'DOCKER' ? ofDockerContainer(task) : ofMesosImage(task, networks);
}

/** A DOCKER container: shell command, or value and all arguments after the image (§17.3). */
function ofDockerContainer({ container, command = {} }: TaskInfo): EngineTaskResult {
  const { docker } = container ?? {};
  if (docker === undefined) return failed('No docker info found in container info');
  const network = networkOfDocker(docker.network ?? 'HOST', container?.network_infos ?? []);
  if (!network.ok) return network;
  const common = {
    image: docker.image,
    forcePull: docker.force_pull_image === true,
    isPrivileged: docker.privileged === true,
    network: network.name,
    portMappings: docker.port_mappings ?? [],
    parameters: docker.parameters ?? [],
  };
  const { value, shell: isShell, arguments: argv = [] } = command;
  if (isShell !== false) {
    if (value === undefined) return failed('Shell specified but no command value provided');
    return { ok: true, task: { ...common, entryPoint: shell, arguments: ['-c', value] } };
  }
  const words = value === undefined ? argv : [value, ...argv];
  return { ok: true, task: { ...common, entryPoint: undefined, arguments: words } };
}

/** A MESOS container with an image: its command is executed as that of a process would be (§17.4). */
function ofMesosImage({ container, command = {} }: TaskInfo, networks: NamedNetworks): EngineTaskResult {
  const image = container?.mesos?.image;
  if (image?.docker === undefined) return failed('only docker images can be run');
  const network = networkOf(container?.network_infos ?? [], networks);
  if (!network.ok) return network;
  const common = {
    image: image.docker.name,
    forcePull: image.cached === false,
    isPrivileged: false,
    network: network.kind === 'host' ? 'host' : network.dockerNetwork,
    portMappings: network.kind === 'host' ? [] : network.portMappings,
    parameters: [],
  };
  const { value, shell: isShell, arguments: argv = [] } = command;
  if (value === undefined) return { ok: true, task: { ...common, entryPoint: undefined, arguments: argv } };
  if (isShell !== false)
    return { ok: true, task: { ...common, entryPoint: shell, arguments: ['-c', value] } };
  // The client takes no argv[0]: the program gets its own name.
  return { ok: true, task: { ...common, entryPoint: value, arguments: argv.slice(1) } };
}

/**
 * What a command executes inside the container of a task (spec/local-cluster.md §15.2). As with the task's own
 * command, all arguments of a DOCKER container are arguments, and the first one of others is the program's name.
 */
export function containerExecutableOf(
  { value, shell: isShell, arguments: argv = [] }: CommandInfo,
  { container }: TaskInfo,
): Executable | undefined {
  if (value === undefined) return undefined;
  if (isShell !== false) return { file: 'sh', argv: ['sh', '-c', value] };
  return { file: value, argv: [value, ...(container?.type === 'DOCKER' ? argv : argv.slice(1))] };
}

/** The network of an engine task, which a parameter may have overridden (§17.3). */
export function effectiveNetworkOf({ network, parameters }: EngineTask): string {
  return networkParameterOf(parameters) ?? network;
}

/** The network that a parameter asks for, if any does. */
export function networkParameterOf(parameters: EngineTask['parameters']): string | undefined {
  return parameters.find(({ key }) => key === 'net' || key === 'network')?.value;
}

type DockerNetwork =
  { readonly ok: true; readonly name: string } | { readonly ok: false; readonly error: string };

function networkOfDocker(mode: string, infos: readonly NetworkInfo[]): DockerNetwork {
  if (mode !== 'USER') return { ok: true, name: mode.toLowerCase() };
  const [info, ...others] = infos;
  if (info === undefined) return failed('No network info found in container info');
  if (others.length > 0) return failed('Only a single network can be defined in Docker run');
  return info.name === undefined
    ? failed('No network name found in network info')
    : { ok: true, name: info.name };
}

function failed(error: string): { ok: false; error: string } {
  return { ok: false, error };
}
