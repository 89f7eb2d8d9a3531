import { isAbsolute, join } from 'node:path';
import type { PortMapping, TaskInfo, Volume } from '#mesos';
import { limitOf } from '../../limits.js';
import type { SandboxOwner } from '../../sandbox/sandbox.js';
import { effectiveNetworkOf, networkParameterOf, type EngineTask } from './engine-task.js';

/** What the arguments depend on besides the task. */
export interface RunContext {
  readonly agentId: string;
  readonly workDir: string;
  readonly frameworkId: string;
  /** Name of the container. */
  readonly name: string;
  /** Where the client writes the container's id, as soon as there is a container. */
  readonly idFile: string;
  /** Directory of the host that becomes the container's sandbox. */
  readonly sandbox: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Devices of the machine that the container gets. */
  readonly gpus: readonly number[];
  /** For containers that run as the task's user; otherwise the image says who. */
  readonly user: SandboxOwner | undefined;
  /** Holds a container to the processor time it asked for. */
  readonly enforcesCpus: boolean;
}

/** Arguments of the client, or why the container cannot be run as asked. */
export type RunArguments =
  { readonly ok: true; readonly args: readonly string[] } | { readonly ok: false; readonly error: string };

/** Where a container finds its sandbox. */
export const mappedSandbox = '/mnt/mesos/sandbox';

const cpuSharesPerCpu = 1024;
const leastCpuShares = 2;
/** Microseconds of processor time per period of 100 ms. */
const cpuQuotaPerCpu = 100_000;
const leastCpuQuota = 1_000;
const bytesPerMegabyte = 1024 ** 2;
const leastMemoryMegabytes = 32;

/** Label by which containers of one agent's directory are found again. */
export const workDirLabel = (workDir: string): string => `ekiden.work_dir=${workDir}`;

/** All arguments of `docker run`, itself included, in the order of spec/local-cluster.md §17.3. */
export function runArguments(task: TaskInfo, engine: EngineTask, context: RunContext): RunArguments {
  const volumes = volumeArguments(task.container?.volumes ?? [], context.sandbox);
  if (!volumes.ok) return volumes;
  const network = networkArguments(task, engine);
  if (!network.ok) return network;
  const { user, name, idFile } = context;
  return {
    ok: true,
    args: [
      'run',
      ...(engine.isPrivileged ? ['--privileged'] : []),
      ...cpuArguments(task, context.enforcesCpus),
      ...memoryArguments(task),
      ...linuxArguments(task),
      ...gpuArguments(context.gpus),
      ...Object.entries(context.environment).flatMap(([key, value]) => ['-e', `${key}=${value}`]),
      ...volumes.args,
      '-v',
      `${context.sandbox}:${mappedSandbox}`,
      ...network.args,
      ...(user === undefined ? [] : ['--user', `${user.uid}:${user.gid}`]),
      ...(engine.entryPoint === undefined ? [] : ['--entrypoint', engine.entryPoint]),
      '--name',
      name,
      '--cidfile',
      idFile,
      ...labelArguments(task, context),
      ...engine.parameters.map(({ key, value }) => `--${key}=${value}`),
      engine.image,
      ...engine.arguments,
    ],
  };
}

function cpuArguments(task: TaskInfo, enforcesCpus: boolean): string[] {
  const cpus = scalarOf(task, 'cpus');
  const limit = limitOf(task, 'cpus');
  const shares = Math.max(leastCpuShares, Math.floor(cpus * cpuSharesPerCpu));
  const quotaCpus = limit === undefined && enforcesCpus ? cpus : limit;
  if (typeof quotaCpus !== 'number') return ['--cpu-shares', String(shares)];
  const quota = Math.max(leastCpuQuota, Math.floor(quotaCpus * cpuQuotaPerCpu));
  return ['--cpu-shares', String(shares), '--cpu-quota', String(quota)];
}

function memoryArguments(task: TaskInfo): string[] {
  const requested = bytesOf(scalarOf(task, 'mem'));
  const limit = limitOf(task, 'mem');
  if (limit === undefined) return ['--memory', requested];
  const reservation = ['--memory-reservation', requested];
  return limit === 'infinite' ? reservation : ['--memory', bytesOf(limit), ...reservation];
}

/** The client reads the value as a line of CSV: quotes keep the list of devices in one field. */
function gpuArguments(gpus: readonly number[]): string[] {
  return gpus.length === 0 ? [] : ['--gpus', `"device=${gpus.join(',')}"`];
}

/** `linux_info` in the words of the engine: its containers share nothing with the host unless they are told to. */
function linuxArguments({ container }: TaskInfo): string[] {
  const { seccomp, ipc_mode: ipcMode, shm_size: shmSizeMb } = container?.linux_info ?? {};
  return [
    ...(seccomp?.unconfined === true ? ['--security-opt', 'seccomp=unconfined'] : []),
    ...(ipcMode === undefined ? [] : ['--ipc', ipcMode === 'PRIVATE' ? 'private' : 'host']),
    ...(shmSizeMb === undefined ? [] : ['--shm-size', `${shmSizeMb}m`]),
  ];
}

function bytesOf(megabytes: number): string {
  return String(Math.floor(Math.max(leastMemoryMegabytes, megabytes) * bytesPerMegabyte));
}

function volumeArguments(volumes: readonly Volume[], sandbox: string): RunArguments {
  const args: string[] = [];
  const drivers = new Set<string>();
  for (const { mode, container_path: containerPath, host_path: hostPath, source } of volumes) {
    const inside = isAbsolute(containerPath) ? containerPath : join(mappedSandbox, containerPath);
    const access = mode === 'RO' ? 'ro' : 'rw';
    if (hostPath !== undefined) {
      if (!isAbsolute(hostPath) && !isAbsolute(containerPath)) {
        const paths = `host_path '${hostPath}' and container_path '${containerPath}'`;
        return failed(`Both ${paths} of a volume are relative`);
      }
      const outside = isAbsolute(hostPath) ? hostPath : join(sandbox, hostPath);
      args.push('-v', `${outside}:${inside}:${access}`);
    } else if (source?.docker_volume !== undefined) {
      const { name, driver } = source.docker_volume;
      if (driver !== undefined) drivers.add(driver);
      args.push('-v', `${name}:${inside}:${access}`);
    }
  }
  if (drivers.size > 1) return failed('Only one volume driver is supported');
  return { ok: true, args: [...args, ...[...drivers].map((driver) => `--volume-driver=${driver}`)] };
}

function networkArguments(task: TaskInfo, engine: EngineTask): RunArguments {
  const { network, portMappings, parameters } = engine;
  const effective = effectiveNetworkOf(engine);
  const args = networkParameterOf(parameters) === undefined ? ['--net', network] : [];
  const hostname = task.container?.hostname;
  if (hostname !== undefined) {
    if (effective === 'host') return failed('Unable to set hostname with host network mode');
    args.push('--hostname', hostname);
  }
  if (portMappings.length === 0) return { ok: true, args };
  if (effective === 'host' || effective === 'none') {
    return failed('Port mappings are only supported for bridge and user-defined networks');
  }
  const problem = portProblem(task, portMappings);
  if (problem !== undefined) return failed(problem);
  return { ok: true, args: [...args, ...portMappings.flatMap((mapping) => ['-p', portText(mapping)])] };
}

function portProblem(task: TaskInfo, mappings: readonly PortMapping[]): string | undefined {
  const ranges = (task.resources ?? []).flatMap((resource) =>
    resource.name === 'ports' && resource.type === 'RANGES' ? (resource.ranges.range ?? []) : [],
  );
  if (ranges.length === 0) return 'Port mappings require port resources';
  const foreign = mappings.find(
    ({ host_port: port }) => !ranges.some(({ begin, end }) => begin <= port && port <= end),
  );
  return foreign === undefined ? undefined : `Port [${foreign.host_port}] not included in resources`;
}

function portText({ host_port: hostPort, container_port: containerPort, protocol }: PortMapping): string {
  const suffix = protocol === undefined ? '' : `/${protocol.toLowerCase()}`;
  return `${hostPort}:${containerPort}${suffix}`;
}

function labelArguments(task: TaskInfo, { agentId, workDir, frameworkId }: RunContext): string[] {
  const labels = [
    `ekiden.agent=${agentId}`,
    `ekiden.framework=${frameworkId}`,
    `ekiden.task=${task.task_id.value}`,
    workDirLabel(workDir),
  ];
  return labels.flatMap((label) => ['--label', label]);
}

function scalarOf(task: TaskInfo, name: string): number {
  const amounts = (task.resources ?? []).map((resource) =>
    resource.name === name && resource.type === 'SCALAR' ? resource.scalar.value : 0,
  );
  return amounts.reduce((sum, amount) => sum + amount, 0);
}

function failed(error: string): { ok: false; error: string } {
  return { ok: false, error };
}
