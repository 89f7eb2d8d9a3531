import { chown, lstat, mkdir, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, normalize, sep } from 'node:path';
import type { Volume } from '#mesos';
import { errorText } from '../../supervisor/exec-error.js';
import type { Mount, MountMode } from './mounts.js';
import type { SandboxOwner } from './sandbox.js';

/** What volumes are prepared for. */
export interface VolumeContext {
  readonly sandbox: string;
  readonly mode: MountMode;
  /** Owner of what has to be made. */
  readonly owner: SandboxOwner | undefined;
}

/** What is left to do as the task starts, or why a volume cannot be had. */
export type PreparedVolumes =
  { readonly ok: true; readonly mounts: readonly Mount[] } | { readonly ok: false; readonly error: string };

/** Why a volume cannot be had. */
class VolumeFailure extends Error {}

/**
 * Prepares the host volumes of a container without an image (spec/local-cluster.md §18.4): as links in the sandbox, or
 * as mounts for which the places are made here. Called once the sandbox holds everything else.
 */
export async function prepareVolumes(
  volumes: readonly Volume[],
  context: VolumeContext,
): Promise<PreparedVolumes> {
  const mounts: Mount[] = [];
  try {
    for (const volume of volumes) {
      const mount = await prepareVolume(volume, context);
      if (mount !== undefined) mounts.push(mount);
    }
  } catch (error) {
    if (error instanceof VolumeFailure) return { ok: false, error: error.message };
    return { ok: false, error: `cannot prepare a volume: ${errorText(error)}` };
  }
  return { ok: true, mounts };
}

async function prepareVolume(volume: Volume, context: VolumeContext): Promise<Mount | undefined> {
  const { container_path: containerPath, source: origin, mode } = volume;
  const hostPath = volume.host_path ?? origin?.host_path?.path;
  if (hostPath === undefined) {
    throw new VolumeFailure(`volumes of type ${origin?.type ?? 'image'} are not available on this agent`);
  }
  const source = await provideSource(hostPath, context);
  if (isAbsolute(containerPath)) {
    if (context.mode === 'symlink') {
      throw new VolumeFailure(`absolute container path '${containerPath}' needs mount support`);
    }
    await requirePlace(containerPath);
    return { source, target: containerPath, isReadOnly: mode === 'RO' };
  }
  const target = await provideParent(containerPath, context);
  if (context.mode !== 'symlink') {
    await providePlace(target, source, context);
    return { source, target, isReadOnly: mode === 'RO' };
  }
  if (await kindOf(target)) throw new VolumeFailure(`'${containerPath}' exists in the sandbox already`);
  await symlink(source, target);
  return undefined;
}

/** The path of the host, made when only its last part is missing. A relative one lies in the sandbox. */
async function provideSource(hostPath: string, context: VolumeContext): Promise<string> {
  if (!isAbsolute(hostPath)) {
    const path = await provideParent(hostPath, context);
    if ((await kindOf(path)) === undefined) await makeDirectory(path, context);
    return path;
  }
  try {
    await stat(hostPath);
  } catch {
    try {
      await makeDirectory(hostPath, context);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Another task of the same app was a moment earlier.
      if (code !== 'EEXIST') {
        throw new VolumeFailure(`host path '${hostPath}' cannot be made: ${errorText(error)}`);
      }
    }
  }
  return hostPath;
}

/**
 * A path below the sandbox, its parents made. Nothing that was fetched can lead out of the sandbox: no part of the
 * path may be a link.
 */
async function provideParent(relativePath: string, context: VolumeContext): Promise<string> {
  const path = normalize(relativePath).replace(/\/$/, '');
  const parts = path.split(sep);
  if (path === '.' || parts[0] === '..') {
    throw new VolumeFailure(`'${relativePath}' is not a path below the sandbox`);
  }
  let place = context.sandbox;
  for (const [index, part] of parts.entries()) {
    place = join(place, part);
    const kind = await kindOf(place);
    if (kind === 'link') throw new VolumeFailure(`'${relativePath}' leads through a link`);
    if (kind === undefined && index < parts.length - 1) await makeDirectory(place, context);
  }
  return place;
}

/** Something to mount on: a directory for a directory, a file for a file. */
async function providePlace(target: string, source: string, context: VolumeContext): Promise<void> {
  if ((await kindOf(target)) !== undefined) return;
  if ((await stat(source)).isDirectory()) {
    await makeDirectory(target, context);
    return;
  }
  await writeFile(target, '', { flag: 'wx' });
  await own(target, context);
}

async function requirePlace(containerPath: string): Promise<void> {
  try {
    await stat(containerPath);
  } catch {
    throw new VolumeFailure(`container path '${containerPath}' does not exist on this machine`);
  }
}

async function kindOf(path: string): Promise<'link' | 'other' | undefined> {
  try {
    return (await lstat(path)).isSymbolicLink() ? 'link' : 'other';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    if (code === 'ENOTDIR') throw new VolumeFailure(`'${dirname(path)}' is not a directory`);
    throw error;
  }
}

async function makeDirectory(path: string, context: VolumeContext): Promise<void> {
  await mkdir(path, { mode: 0o755 });
  await own(path, context);
}

async function own(path: string, { owner }: VolumeContext): Promise<void> {
  if (owner !== undefined) await chown(path, owner.uid, owner.gid);
}
