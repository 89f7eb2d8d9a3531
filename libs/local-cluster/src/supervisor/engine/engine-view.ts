import { execFile } from 'node:child_process';
import type { EngineContainer } from '../protocol.js';
import { containerOf, isStarted, type InspectedContainer } from './inspected-container.js';

/** What a look at a container shows. */
export type Sight =
  | { readonly kind: 'seen'; readonly container: InspectedContainer }
  /** The engine answers and knows no such container. */
  | { readonly kind: 'gone' }
  /** The engine does not answer. */
  | { readonly kind: 'unknown' };

/** An engine that takes longer than this for an answer gives none. */
const answerTimeoutMs = 10_000;
/** Pauses between looks whether a container has started: soon at first, then steadily. */
const firstPauseMs = 60;
const longestPauseMs = 500;
/** Longest answer; an inspection has some ten thousand characters. */
const longestOutput = 16 * 1024 ** 2;

/** Ends, inside a container, whatever carries the mark `$0` in its environment. */
const endMarkedScript =
  'for p in /proc/[0-9]*; do if grep -q "$0" "$p/environ" 2>/dev/null; then kill -9 "${p#/proc/}"; fi; done';

/** A container of an engine as the supervisor sees it: through the client of the engine. */
export class EngineView {
  constructor(
    readonly engine: EngineContainer,
    /** What the client needs. */
    private readonly environment: Readonly<Record<string, string>>,
  ) {}

  /** File and argv of a call of the client. */
  call(...args: readonly string[]): { readonly file: string; readonly argv: readonly string[] } {
    const [file = ''] = this.engine.client;
    return { file, argv: [...this.engine.client, ...args] };
  }

  async look(): Promise<Sight> {
    const { name } = this.engine;
    const text = await this.ask('inspect', name);
    const container = text === undefined ? undefined : containerOf(text);
    if (container !== undefined) return { kind: 'seen', container };
    // Why the inspection failed is for people to read: that there is no such container shows in a list of all.
    const names = await this.ask('ps', '-a', '--filter', `name=${name}`, '--format', '{{.Names}}');
    if (names === undefined) return { kind: 'unknown' };
    return { kind: names.split('\n').includes(name) ? 'unknown' : 'gone' };
  }

  /** Looks until the container has started; nothing when `signal` is aborted before. */
  async whenStarted(signal: AbortSignal): Promise<InspectedContainer | undefined> {
    for (let pauseMs = firstPauseMs; !signal.aborted; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
      const sight = await this.look();
      if (signal.aborted) break;
      if (sight.kind === 'seen' && isStarted(sight.container)) return sight.container;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    return undefined;
  }

  /** Ends what a call of `exec` left running: the end of the client does not end what it started in the container. */
  endMarked(mark: string): void {
    void this.ask('exec', this.engine.name, 'sh', '-c', endMarkedScript, mark);
  }

  /** What the client prints, when it succeeds in time. */
  private ask(...args: readonly string[]): Promise<string | undefined> {
    const { file, argv } = this.call(...args);
    const options = {
      cwd: '/',
      env: this.environment,
      maxBuffer: longestOutput,
      timeout: answerTimeoutMs,
      killSignal: 'SIGKILL' as const,
    };
    return new Promise((resolve) => {
      try {
        execFile(file, argv.slice(1), options, (error, stdout) =>
          resolve(error === null ? stdout : undefined),
        );
      } catch {
        // No process to be had at the moment: no answer.
        resolve(undefined);
      }
    });
  }
}
