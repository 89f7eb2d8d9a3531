import { setTimeout as delay } from 'node:timers/promises';
import type { Call } from '../command-line/command.js';
import { CliError, EXIT, RefusedError, type ExitCode } from '../errors.js';
import { pathOf } from '../http/api.js';
import { absoluteId } from './ids.js';
import type { TaskView } from './tasks-view.js';

/** Bytes asked for at a time. */
const PORTION = 1024 * 1024;
/** Bytes from the end that are shown first (`spec/ui.md` §15). */
const FIRST_BYTES = 64 * 1024;
const POLL_MS = 500;

/** What a read of a sandbox file answers. */
interface Portion {
  readonly data: string;
  /** Bytes that `data` stands for. */
  readonly length: number;
  /** Bytes of the whole file. */
  readonly size: number;
}

/** Prints a file of a task's sandbox, from its last 64 KiB on, and with `--follow` what is written to it. */
export async function taskLogs(call: Call): Promise<ExitCode> {
  const { input, screen, io } = call;
  const id = await taskOf(call, input.argument('ID'));
  const file = input.option('file') ?? (input.flag('stderr') ? 'stderr' : 'stdout');
  const log = new SandboxFile(call, id, file);
  let offset = input.flag('all')
    ? 0
    : Math.max(0, (await log.size()) - (input.number('bytes') ?? FIRST_BYTES));
  let isOver = false;
  for (;;) {
    offset = await printFrom(log, offset, screen);
    if (!input.flag('follow') || isOver) return EXIT.ok;
    // Looked at before the last read, so that nothing written before the end is missed.
    isOver = await log.isOver();
    if (!isOver) await delay(POLL_MS, undefined, { signal: io.interrupted });
  }
}

/** Prints all that there is from an offset on; answers where it ends. */
async function printFrom(log: SandboxFile, from: number, screen: Call['screen']): Promise<number> {
  let offset = from;
  for (;;) {
    const { data, length, size } = await log.read(offset);
    if (size < offset) {
      // It was truncated or rotated, and begins anew.
      offset = 0;
      continue;
    }
    if (length === 0) return offset;
    screen.raw(data);
    offset += length;
  }
}

/** One file of one task's sandbox, over the API. */
class SandboxFile {
  constructor(
    private readonly call: Call,
    private readonly id: string,
    private readonly file: string,
  ) {}

  async size(): Promise<number> {
    return (await this.ask({ offset: 0, length: 0 })).size;
  }

  read(offset: number): Promise<Portion> {
    return this.ask({ offset, length: PORTION });
  }

  /** Whether the task has ended. */
  async isOver(): Promise<boolean> {
    const { state } = await this.call.api.get<{ state: string }>(
      pathOf('/ekiden/v1/instances', this.id, 'files'),
    );
    return state === 'ended';
  }

  private ask(query: Readonly<Record<string, number>>): Promise<Portion> {
    const path = pathOf('/ekiden/v1/instances', this.id, 'files', 'read');
    return this.call.api.get<Portion>(path, { path: this.file, ...query });
  }
}

/** A task's id as given, or the task of an app that has exactly one. */
async function taskOf({ api }: Call, text: string): Promise<string> {
  if (!text.startsWith('/')) return text;
  const appId = absoluteId(text);
  const { tasks } = await api.get<{ tasks: readonly TaskView[] }>(pathOf('/v2/apps', appId, 'tasks'));
  if (tasks.length === 1) return tasks[0]!.id;
  if (tasks.length > 1) {
    throw new CliError(
      `${appId} has ${tasks.length} tasks`,
      tasks.map(({ id }) => `ekiden task logs ${id}`),
    );
  }
  const last = await lastFailedTask(api, appId);
  if (last === undefined) throw new CliError(`${appId} has no tasks`);
  return last;
}

/** Of an app without tasks the one that failed last is what people want to see. */
async function lastFailedTask(api: Call['api'], appId: string): Promise<string | undefined> {
  try {
    const path = pathOf('/v2/apps', appId);
    const { app } = await api.get<{ app: { lastTaskFailure?: { taskId: string } } }>(path, {
      embed: ['app.lastTaskFailure'],
    });
    return app.lastTaskFailure?.taskId;
  } catch (error) {
    if (error instanceof RefusedError && error.status === 404) return undefined;
    throw error;
  }
}
