import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import * as os from 'node:os';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A user as the kernel knows it. */
export interface HostUser {
  readonly uid: number;
  readonly gid: number;
  /** All groups, the primary one included. */
  readonly groups: readonly number[];
}

/** Size and use of the file system that holds a path. */
export interface DiskSpace {
  readonly totalBytes: number;
  readonly usedRatio: number;
}

/** Facts of the machine an agent runs on (spec/local-cluster.md P3). */
export interface Host {
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly hostname: string;
  /** Changes with every boot: pids and sockets of another boot mean nothing. */
  readonly bootId: string;
  /** User id of this process; nothing where there are no user ids. */
  readonly uid: number | undefined;
  diskSpace(path: string): Promise<DiskSpace>;
  /** Nothing when there is no such user. */
  findUser(name: string): Promise<HostUser | undefined>;
  /** Whether a program of this name can be started. */
  hasProgram(name: string): Promise<boolean>;
}

/** Answers about users are good for this long: a new group membership shows without a restart. */
const userValidForMs = 60_000;

/** The machine this process runs on. */
export function systemHost(): Host {
  const users = new Map<
    string,
    { readonly user: Promise<HostUser | undefined>; readonly askedAtMs: number }
  >();
  return {
    cpus: os.availableParallelism(),
    memoryBytes: os.totalmem(),
    hostname: os.hostname(),
    bootId: readBootId(),
    uid: process.getuid?.(),
    diskSpace: async (path) => {
      const { blocks, bsize, bavail, bfree } = await statfs(path);
      const used = blocks - bfree;
      return { totalBytes: blocks * bsize, usedRatio: used + bavail === 0 ? 0 : used / (used + bavail) };
    },
    findUser: async (name) => {
      const known = users.get(name);
      if (known !== undefined && performance.now() - known.askedAtMs < userValidForMs) return known.user;
      // Kept while the question is under way, so that a thousand tasks of one user ask once.
      const user = lookUpUser(name);
      users.set(name, { user, askedAtMs: performance.now() });
      if ((await user) === undefined) users.delete(name);
      return user;
    },
    hasProgram: async (name) => succeeds('sh', ['-c', 'command -v -- "$1"', 'sh', name]),
  };
}

/** Linux tells the boot; elsewhere the time of the boot does, and without either every start is a new one. */
function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    const bootedAtSecs = Math.round(Date.now() / 1000 - os.uptime());
    return Number.isFinite(bootedAtSecs) ? `boot-${Math.round(bootedAtSecs / 10)}` : randomUUID();
  }
}

/** `id` asks the same sources as the C library: local files, LDAP and what else the machine is set up for. */
async function lookUpUser(name: string): Promise<HostUser | undefined> {
  const ask = async (option: string): Promise<number[]> =>
    (await run('id', [option, '--', name])).stdout.trim().split(/\s+/).map(Number);
  try {
    const [[uid], [gid], groups] = await Promise.all([ask('-u'), ask('-g'), ask('-G')]);
    return uid === undefined || gid === undefined ? undefined : { uid, gid, groups };
  } catch {
    // Status 1: no such user.
    return undefined;
  }
}

async function succeeds(file: string, args: readonly string[]): Promise<boolean> {
  try {
    await run(file, args);
    return true;
  } catch {
    return false;
  }
}
