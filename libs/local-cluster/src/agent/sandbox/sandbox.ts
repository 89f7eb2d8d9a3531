import { chmod, chown, mkdir, open, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';

/** Owner of a sandbox when tasks run as users of their own. */
export interface SandboxOwner {
  readonly uid: number;
  readonly gid: number;
}

/** Output files of a sandbox. */
export const stdoutOf = (sandbox: string): string => join(sandbox, 'stdout');
export const stderrOf = (sandbox: string): string => join(sandbox, 'stderr');

/**
 * Creates the sandbox of one run: the directory 0750, empty `stdout` and `stderr` 0644, all owned by the task's
 * user; parents 0755 (spec/local-cluster.md §9.2). `runs/latest` beside it points to it afterwards.
 */
export async function createSandbox(path: string, owner: SandboxOwner | undefined): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o755 });
  await Promise.all([createOutput(stdoutOf(path), owner), createOutput(stderrOf(path), owner)]);
  if (owner !== undefined) await chown(path, owner.uid, owner.gid);
  await chmod(path, 0o750);
  await pointLatestTo(path);
}

async function createOutput(path: string, owner: SandboxOwner | undefined): Promise<void> {
  const file = await open(path, 'w', 0o644);
  try {
    if (owner !== undefined) await file.chown(owner.uid, owner.gid);
  } finally {
    await file.close();
  }
}

/** Lets `latest` beside `path` point to it, in one step: a reader never finds the link missing. */
export async function pointLatestTo(path: string): Promise<void> {
  const parent = join(path, '..');
  const name = path.slice(parent.length + 1);
  const temporary = join(parent, `.latest-${randomUUID()}`);
  await symlink(name, temporary);
  try {
    await rename(temporary, join(parent, 'latest'));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
