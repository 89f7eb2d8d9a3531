import { chmod, chown, mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A file wanted from the cache. */
export interface CacheRequest {
  readonly userName: string;
  readonly user?: { readonly uid: number; readonly gid: number } | undefined;
  readonly uri: string;
  /** Brings the file to `directory/target`; gives how that failed, nothing on success. */
  readonly download: (directory: string, target: string) => Promise<string | undefined>;
}

/** A cached file that stays until it is released. */
export interface CacheLease {
  readonly path: string;
  readonly release: () => void;
}

interface Entry {
  readonly directory: string;
  readonly sizeBytes: number;
  readonly isReady: Promise<boolean>;
  leases: number;
  lastUse: number;
}

const fileName = 'file';
const sizeTimeoutMs = 10_000;

/**
 * Downloads kept for later tasks (spec/local-cluster.md §11 `cache`): one per user and URI, least recently used
 * ones leave first, concurrent requests share a download. Whatever cannot be cached is simply not: the caller
 * fetches it without.
 */
export class FetchCache {
  private readonly entries = new Map<string, Entry>();
  private uses = 0;
  private made = 0;

  constructor(
    private readonly directory: string,
    private readonly capacityBytes: number,
  ) {}

  /** Empties the cache; called at the start of an agent. */
  async clear(): Promise<void> {
    this.entries.clear();
    await rm(this.directory, { recursive: true, force: true });
  }

  /** A lease of the file, downloaded now if need be; nothing when it cannot be cached. */
  async lease(request: CacheRequest): Promise<CacheLease | undefined> {
    const key = JSON.stringify([request.userName, request.uri]);
    const sizeBytes = this.entries.has(key) ? 0 : await sizeOf(request.uri);
    if (sizeBytes === undefined) return undefined;
    const entry = this.entries.get(key) ?? this.add(key, sizeBytes, request);
    if (entry === undefined) return undefined;
    this.uses += 1;
    entry.lastUse = this.uses;
    entry.leases += 1;
    const release = (): void => {
      entry.leases -= 1;
    };
    if (await entry.isReady) return { path: join(entry.directory, fileName), release };
    release();
    return undefined;
  }

  private add(key: string, sizeBytes: number, request: CacheRequest): Entry | undefined {
    if (!this.makeRoom(sizeBytes)) return undefined;
    this.made += 1;
    const directory = join(this.directory, request.userName || '_', String(this.made));
    const isReady = fill(directory, request).then((isFilled) => {
      if (!isFilled) this.entries.delete(key);
      return isFilled;
    });
    const entry: Entry = { directory, sizeBytes, isReady, leases: 0, lastUse: 0 };
    this.entries.set(key, entry);
    return entry;
  }

  /** Evicts what was used longest ago and is not in use. `false`: there is no room even so. */
  private makeRoom(sizeBytes: number): boolean {
    let used = [...this.entries.values()].reduce((sum, entry) => sum + entry.sizeBytes, 0);
    const idle = [...this.entries].filter(([, entry]) => entry.leases === 0);
    const evictable = idle.reduce((sum, [, entry]) => sum + entry.sizeBytes, 0);
    if (used - evictable + sizeBytes > this.capacityBytes) return false;
    idle.sort(([, a], [, b]) => a.lastUse - b.lastUse);
    for (const [key, entry] of idle) {
      if (used + sizeBytes <= this.capacityBytes) break;
      this.entries.delete(key);
      used -= entry.sizeBytes;
      void rm(entry.directory, { recursive: true, force: true });
    }
    return true;
  }
}

/** Each download has a directory of its own, which only the user and root can enter. */
async function fill(directory: string, { user, download }: CacheRequest): Promise<boolean> {
  await mkdir(directory, { recursive: true });
  await chmod(directory, 0o700);
  if (user !== undefined) await chown(directory, user.uid, user.gid);
  const failure = await download(directory, fileName);
  if (failure !== undefined) await rm(directory, { recursive: true, force: true });
  return failure === undefined;
}

/** Size by `Content-Length` or of the local file; nothing when it is unknown or zero: then there is no caching. */
async function sizeOf(uri: string): Promise<number | undefined> {
  try {
    if (/^https?:/i.test(uri)) {
      const response = await fetch(uri, { method: 'HEAD', signal: AbortSignal.timeout(sizeTimeoutMs) });
      const length = Number(response.headers.get('content-length') ?? 0);
      return response.ok && length > 0 ? length : undefined;
    }
    const path = /^file:/i.test(uri) ? fileURLToPath(uri) : uri;
    return (await stat(path)).size || undefined;
  } catch {
    // Whatever is wrong with the URI is found and reported by the fetch without the cache.
    return undefined;
  }
}
