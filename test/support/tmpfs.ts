import { spawnSync } from 'node:child_process';
import { closeSync, openSync, rmdirSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from './site.js';

const CHUNK = Buffer.alloc(64 * 1024, 'ballast ');

/** A file system of its own, small enough to be filled in a moment. */
export class Tmpfs {
  private constructor(
    readonly path: string,
    private readonly sizeMb: number,
  ) {}

  /** Mounts one, or says why this user cannot. */
  static mount(sizeMb: number): Tmpfs | { readonly impossible: string } {
    const path = temporaryDirectory();
    const { status, stderr, error } = spawnSync(
      'mount',
      ['-t', 'tmpfs', '-o', `size=${sizeMb}m`, 'ekiden-e2e', path],
      { encoding: 'utf8' },
    );
    if (status === 0) return new Tmpfs(path, sizeMb);
    rmdirSync(path);
    return { impossible: error?.message ?? stderr.trim() };
  }

  /** Writes until not a single byte fits any more. */
  fill(): void {
    const file = openSync(this.ballast, 'a');
    try {
      for (let size = CHUNK.length; size >= 1;) {
        try {
          writeSync(file, CHUNK, 0, size);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
          size = Math.floor(size / 2);
        }
      }
    } finally {
      closeSync(file);
    }
  }

  makeRoom(): void {
    rmSync(this.ballast);
  }

  /** Full at once, however large it is: from now on it is as large as what is on it. */
  shrink(): void {
    for (;;) {
      const { blocks, bfree, bsize } = statfsSync(this.path);
      // Fails if something was written in between.
      if (this.remount(String((blocks - bfree) * bsize)).status === 0) return;
    }
  }

  /** As large as it was. */
  grow(): void {
    const { status, stderr } = this.remount(`${this.sizeMb}m`);
    if (status !== 0) throw new Error(`cannot remount ${this.path}: ${stderr}`);
  }

  private remount(size: string) {
    return spawnSync('mount', ['-o', `remount,size=${size}`, this.path], { encoding: 'utf8' });
  }

  unmount(): void {
    const { status, stderr } = spawnSync('umount', [this.path], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`cannot unmount ${this.path}: ${stderr}`);
    rmdirSync(this.path);
  }

  private get ballast(): string {
    return join(this.path, 'ballast');
  }
}
