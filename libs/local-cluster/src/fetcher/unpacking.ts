import { link, lstat, mkdir, open, realpath, rmdir, symlink, unlink } from 'node:fs/promises';
import { join } from 'node:path';

/** What an archive says of a file. */
export interface FileAttributes {
  /** Permission bits. */
  readonly mode: number;
  readonly modified?: Date | undefined;
}

/** Files that belong to the supervisor, which writes to them while the task runs. */
const reserved: ReadonlySet<string> = new Set(['stdout', 'stderr']);

/**
 * Places the entries of an archive in a sandbox, whatever the kind of archive (spec/local-cluster.md §11). What is
 * there already is replaced. Links may point anywhere, as those of a Java runtime to the certificates of the machine
 * do, but no entry goes through one, and none leaves the sandbox: that is an error. Entries in the place of the
 * task's own output are left out.
 */
export class Unpacking {
  /** Directories seen to be none of somebody's links. */
  private readonly entered = new Set<string>();

  private constructor(
    private readonly root: string,
    private readonly log: (line: string) => void,
  ) {}

  /** `log` is told of entries that are left out. */
  static async into(directory: string, log: (line: string) => void): Promise<Unpacking> {
    return new Unpacking(await realpath(directory), log);
  }

  /** An existing directory stays as it is. */
  async directory(name: string, mode: number): Promise<void> {
    const place = await this.placeOf(name);
    if (place === undefined) return;
    const isThere = (await lstat(place).catch(() => undefined))?.isDirectory() === true;
    if (isThere) return;
    await this.clear(place);
    // What cannot be entered cannot be filled, nor removed later.
    await mkdir(place, { mode: mode | 0o700 });
  }

  /** `content` is called only if the file is to be written. */
  async file(
    name: string,
    content: () => AsyncIterable<Uint8Array> | Promise<AsyncIterable<Uint8Array>>,
    { mode, modified }: FileAttributes,
  ): Promise<void> {
    const place = await this.placeOf(name);
    if (place === undefined) return;
    await this.clear(place);
    const file = await open(place, 'wx', 0o600);
    try {
      for await (const chunk of await content()) await file.writeFile(chunk);
      await file.chmod(mode);
      if (modified !== undefined) await file.utimes(modified, modified);
    } finally {
      await file.close();
    }
  }

  /** The target is not looked at. */
  async symbolicLink(name: string, target: string): Promise<void> {
    const place = await this.placeOf(name);
    if (place === undefined) return;
    await this.clear(place);
    await symlink(target, place);
  }

  /** Another name for an entry placed before. */
  async hardLink(name: string, existing: string): Promise<void> {
    const place = await this.placeOf(name);
    const parts = partsOf(existing);
    const source = join(await this.enter(parts.slice(0, -1), existing), parts.at(-1) ?? '');
    if (place === undefined || place === source) return;
    await this.clear(place);
    await link(source, place);
  }

  /** The path of an entry in a directory that exists; nothing when the entry is to be left out. */
  private async placeOf(name: string): Promise<string | undefined> {
    const parts = partsOf(name);
    const last = parts.pop();
    // The sandbox itself, as `tar` names it.
    if (last === undefined) return undefined;
    if (parts.length === 0 && reserved.has(last)) {
      this.log(`Left out '${name}': that is where the output of the task goes`);
      return undefined;
    }
    return join(await this.enter(parts, name), last);
  }

  /** Goes down from the sandbox, making directories that are missing. */
  private async enter(parts: readonly string[], name: string): Promise<string> {
    let path = this.root;
    for (const part of parts) {
      path = join(path, part);
      if (this.entered.has(path)) continue;
      const stats = await lstat(path).catch(() => undefined);
      if (stats === undefined) await mkdir(path);
      else if (!stats.isDirectory()) throw new Error(`archive entry '${name}' goes through '${part}'`);
      this.entered.add(path);
    }
    return path;
  }

  /** Removes what is there, never what it points to. A directory has to be empty. */
  private async clear(path: string): Promise<void> {
    try {
      await unlink(path);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return;
      // Linux says EISDIR, POSIX EPERM.
      if (code !== 'EISDIR' && code !== 'EPERM') throw error;
      await rmdir(path);
      this.entered.delete(path);
    }
  }
}

function partsOf(name: string): string[] {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (name.startsWith('/') || parts.includes('..')) {
    throw new Error(`archive entry '${name}' leaves the sandbox`);
  }
  return parts;
}
