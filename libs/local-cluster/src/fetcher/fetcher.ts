import { spawn } from 'node:child_process';
import { closeSync, writeSync } from 'node:fs';
import { openOutput } from '../runtime/output-file.js';
import { programPath } from '../supervisor/program.js';
import { planItem, type FetchItem, type FetchPlan, type RequestedUri } from './fetch-plan.js';
import type { FetchCache } from './fetch-cache.js';

/** A URI with the wish to keep it for later tasks. */
export interface TaskUri extends RequestedUri {
  readonly cache?: boolean | undefined;
}

/** Options of all fetches of an agent. */
export interface FetcherOptions {
  readonly stallTimeoutMs: number;
  readonly frameworksHome?: string | undefined;
  readonly hadoopHome?: string | undefined;
}

/** One container's fetch. */
export interface FetchRequest {
  readonly containerId: string;
  readonly uris: readonly TaskUri[];
  readonly directory: string;
  /** The file the fetcher's log goes to: the task's `stderr`. */
  readonly logPath: string;
  /** Name of the task's user, for the cache. */
  readonly userName: string;
  readonly user?: { readonly uid: number; readonly gid: number } | undefined;
  /** Ends the fetch when the task is killed. */
  readonly signal: AbortSignal;
}

/** How a fetch ended. */
export type FetchResult =
  { readonly ok: true } | { readonly ok: false; readonly isAborted: boolean; readonly error: string };

/** Fetches the URIs of tasks in child processes that run as the tasks' users (spec/local-cluster.md §11). */
export class Fetcher {
  constructor(
    private readonly options: FetcherOptions,
    private readonly cache: FetchCache,
  ) {}

  /** Nothing to fetch starts no process. */
  async fetch(request: FetchRequest): Promise<FetchResult> {
    if (request.uris.length === 0) return { ok: true };
    const items: FetchItem[] = [];
    const releases: (() => void)[] = [];
    try {
      for (const uri of request.uris) {
        const planned = planItem(uri);
        if (!planned.ok) return this.refuse(request, planned.error);
        const lease = uri.cache === true ? await this.leaseCached(request, planned.item) : undefined;
        if (lease !== undefined) releases.push(lease.release);
        items.push({ ...planned.item, cachedPath: lease?.path });
      }
      return this.resultOf(
        request,
        await this.run(request, { ...this.options, directory: request.directory, items }),
      );
    } finally {
      for (const release of releases) release();
    }
  }

  private leaseCached(request: FetchRequest, item: FetchItem): ReturnType<FetchCache['lease']> {
    return this.cache.lease({
      userName: request.userName,
      user: request.user,
      uri: item.uri,
      download: (directory, target) => {
        const plain = { ...item, target, doesExtract: false, isExecutable: false };
        return this.run(request, { ...this.options, directory, items: [plain] });
      },
    });
  }

  private refuse(request: FetchRequest, error: string): FetchResult {
    const log = openOutput(request.logPath, request.user);
    try {
      writeSync(log, `fetcher: ${error}\n`);
    } finally {
      closeSync(log);
    }
    return this.resultOf(request, 'exited with status 1');
  }

  private resultOf(request: FetchRequest, failure: string | undefined): FetchResult {
    if (failure === undefined) return { ok: true };
    const error = `Failed to fetch all URIs for container '${request.containerId}': ${failure}`;
    return { ok: false, isAborted: request.signal.aborted, error };
  }

  /** Runs a fetcher process; gives how it failed, nothing on success. */
  private async run(request: FetchRequest, plan: FetchPlan): Promise<string | undefined> {
    if (request.signal.aborted) return 'terminated with signal SIGKILL';
    const log = openOutput(request.logPath, request.user);
    try {
      const child = spawn(process.execPath, [programPath('fetcher/main')], {
        cwd: '/',
        env: inheritedEnvironment(),
        // A group of its own, so that the helpers it starts can be ended with it.
        detached: true,
        stdio: ['pipe', 'ignore', log],
        uid: request.user?.uid,
        gid: request.user?.gid,
      });
      return await new Promise((resolve) => {
        const abort = (): void => {
          if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
        };
        request.signal.addEventListener('abort', abort, { once: true });
        child.once('error', (error) => resolve(`could not be started: ${error.message}`));
        child.once('close', (code, signal) => {
          request.signal.removeEventListener('abort', abort);
          if (code === 0) resolve(undefined);
          else resolve(code === null ? `terminated with signal ${signal}` : `exited with status ${code}`);
        });
        // A child that dies before it has read its plan is reported by its status.
        child.stdin?.on('error', () => undefined);
        // Left open: its end tells the child that this process is gone.
        child.stdin?.write(`${JSON.stringify(plan)}\n`);
      });
    } finally {
      closeSync(log);
    }
  }
}

/** Programs are found and certificates chosen as for the agent; nothing else is passed on. */
function inheritedEnvironment(): Record<string, string> {
  const names = ['PATH', 'SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS'];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
