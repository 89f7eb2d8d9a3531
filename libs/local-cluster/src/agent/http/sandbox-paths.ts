import { realpath } from 'node:fs/promises';
import { join, normalize, sep } from 'node:path';
import type { AgentLayout } from '../layout.js';

/** A path of the files API and the file it stands for. */
export interface ResolvedPath {
  readonly real: string;
}

/**
 * Turns a virtual path into a real one, if it lies in a sandbox (spec/local-cluster.md §9.4): the sandbox itself,
 * by container id or `latest`, below the work directory or below `/frameworks`. Links are followed, and the result
 * has to be inside the same sandbox.
 */
export class SandboxPaths {
  constructor(
    private readonly layout: AgentLayout,
    private readonly agentId: () => string,
  ) {}

  /** Nothing when there is no such file or it is none of a sandbox. */
  async resolve(virtualPath: string): Promise<ResolvedPath | undefined> {
    if (virtualPath.includes('\0')) return undefined;
    const path = normalize(virtualPath).replace(/\/+$/, '');
    const short = `/frameworks/`;
    const long = `${normalize(this.layout.workDir)}/slaves/`;
    const full = path.startsWith(short)
      ? join(this.layout.workDir, 'slaves', this.agentId(), path)
      : path.startsWith(long)
        ? path
        : undefined;
    const root = full === undefined ? undefined : this.sandboxOf(full, long);
    if (full === undefined || root === undefined) return undefined;
    try {
      const [realRoot, real] = await Promise.all([realpath(root), realpath(full)]);
      return real === realRoot || real.startsWith(realRoot + sep) ? { real } : undefined;
    } catch {
      // Not there, or not to be entered: to the asker it does not exist.
      return undefined;
    }
  }

  /** The first eight segments below `slaves/`: agent, frameworks, id, executors, id, runs, id. */
  private sandboxOf(full: string, base: string): string | undefined {
    const match = /^[^/]+\/frameworks\/[^/]+\/executors\/[^/]+\/runs\/[^/]+/.exec(full.slice(base.length));
    return match === null ? undefined : base + match[0];
  }
}
