import type { CommandInfo, ContainerInfo, Volume } from '#mesos';

/** Command of a task or executor (C§13); returns what is wrong with it, or undefined. */
export function commandProblem(command: CommandInfo): string | undefined {
  for (const { name, type, value, secret } of command.environment?.variables ?? []) {
    if (type === 'SECRET') {
      if (secret === undefined) {
        return `Environment variable '${name}' of type 'SECRET' must have a secret set`;
      }
      if (value !== undefined) {
        return `Environment variable '${name}' of type 'SECRET' must not have a value set`;
      }
    } else if (value === undefined) {
      return `Environment variable '${name}' of type 'VALUE' must have a value set`;
    } else if (secret !== undefined) {
      return `Environment variable '${name}' of type 'VALUE' cannot have a secret set`;
    }
  }
  return undefined;
}

/** Container of a task or executor (C§13). */
export function containerProblem(container: ContainerInfo): string | undefined {
  if (container.type === 'DOCKER') {
    if (container.docker === undefined)
      return "DockerInfo 'docker' is not set for DOCKER typed ContainerInfo";
    if (container.docker.parameters?.some((parameter) => parameter.key === 'name') === true) {
      return "Parameter in DockerInfo must not be 'name'";
    }
  }
  return container.volumes?.map(volumeProblem).find((problem) => problem !== undefined);
}

const MEMBER_OF_SOURCE = {
  DOCKER_VOLUME: 'docker_volume',
  HOST_PATH: 'host_path',
  SANDBOX_PATH: 'sandbox_path',
  SECRET: 'secret',
  CSI_VOLUME: 'csi_volume',
} as const;

function volumeProblem(volume: Volume): string | undefined {
  const origins = [volume.host_path, volume.image, volume.source].filter((origin) => origin !== undefined);
  if (origins.length > 1) return "Only one of them should be set: 'host_path', 'image' and 'source'";
  if (volume.source === undefined) return undefined;
  const member = MEMBER_OF_SOURCE[volume.source.type];
  return volume.source[member] === undefined
    ? `'source.${member}' is not set for ${volume.source.type} volume`
    : undefined;
}
