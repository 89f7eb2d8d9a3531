import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { EngineView } from './engine-view.js';
import { isStarted } from './inspected-container.js';

/** What became of a container whose client has ended. */
export type Fate =
  | { readonly kind: 'running' }
  /** `code` is absent when the engine does not know it any more. */
  | { readonly kind: 'ended'; readonly code?: number | undefined };

/** Pauses between questions to an engine that does not answer. */
const firstPauseMs = 500;
const longestPauseMs = 5_000;

/** Statuses of a client that may be its own rather than those of the container. */
const doubtful = new Set([1, 125]);

/**
 * Follows the clients that are attached to one container, the one that runs it and its successors: a client that loses
 * its engine ends, the container need not (spec/local-cluster.md §17.4).
 */
export class AttachedClient {
  private isSuccessor = false;

  constructor(private readonly view: EngineView) {}

  /** Whether the status of an ended client tells how its container ended. */
  isTelling(code: number | null): boolean {
    return !this.isSuccessor && !(doubtful.has(code ?? -1) && this.hasContainer());
  }

  /** Asks the engine, for as long as it does not answer. `code` is the status of the client. */
  async fate(code: number | null): Promise<Fate> {
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
      const sight = await this.view.look();
      if (sight.kind === 'gone') return { kind: 'ended' };
      if (sight.kind === 'seen') {
        const { container } = sight;
        if (container.State?.Running === true) return { kind: 'running' };
        const own = isStarted(container) ? container.State?.ExitCode : code;
        return { kind: 'ended', code: own ?? undefined };
      }
      await pause(pauseMs);
    }
  }

  /** The call that attaches a client to the running container, after a while: not again and again without a pause. */
  async successor(): Promise<{ readonly file: string; readonly argv: readonly string[] }> {
    this.isSuccessor = true;
    await pause(firstPauseMs);
    return this.view.call('attach', '--no-stdin', '--sig-proxy=false', this.view.engine.name);
  }

  /** The client writes the container's id down as soon as there is a container. */
  private hasContainer(): boolean {
    const { idFile } = this.view.engine;
    if (idFile === undefined) return false;
    try {
      return readFileSync(idFile, 'utf8').trim() !== '';
    } catch {
      // No container, no file.
      return false;
    }
  }
}
