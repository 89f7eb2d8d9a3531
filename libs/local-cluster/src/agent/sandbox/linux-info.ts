import type { LinuxInfo, TaskInfo } from '#mesos';
import type { PrivateIpc } from './mounts.js';

/** Why a process cannot have an IPC namespace of its own here. */
export const noPrivateIpc = 'a private IPC namespace needs mount support (see mount_mode)';

/** The IPC namespace of its own that a process asks for; nothing when it shares that of the host. */
export function privateIpcOf({ container }: TaskInfo): PrivateIpc | undefined {
  const { ipc_mode: mode, shm_size: shmSizeMb } = container?.linux_info ?? {};
  return mode === 'PRIVATE' ? { shmSizeMb } : undefined;
}

/**
 * What of `linux_info` neither processes nor containers of the engine can have on this agent (C§12), in the words that
 * follow `Failed to launch container: `. No system call is forbidden to processes, so `unconfined` asks for nothing.
 */
export function linuxInfoRefusal(info: LinuxInfo): string | undefined {
  const profile = info.seccomp?.profile_name;
  if (profile !== undefined) {
    return `seccomp profile '${profile}' is not available: this agent has no directory of profiles`;
  }
  if (info.bounding_capabilities !== undefined || info.effective_capabilities !== undefined) {
    return 'capabilities of linux_info are not available on this agent';
  }
  if (info.share_pid_namespace !== undefined) {
    return 'share_pid_namespace is not available on this agent';
  }
  return info.shm_size !== undefined && info.ipc_mode !== 'PRIVATE'
    ? "shm_size needs the IPC mode 'PRIVATE'"
    : undefined;
}
