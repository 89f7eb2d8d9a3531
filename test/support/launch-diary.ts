import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** A file in which every start of a task leaves its task id, so that nothing can be launched unnoticed. */
export class LaunchDiary {
  constructor(readonly path: string) {
    mkdirSync(dirname(path), { recursive: true });
    appendFileSync(path, '');
  }

  /** A command that writes the diary and then goes on as `command`. */
  command(command: string): string {
    return `echo "$MESOS_TASK_ID $(date +%s%3N)" >> ${this.path}; ${command}`;
  }

  /** Task ids in the order of their starts. */
  get taskIds(): string[] {
    return this.entries.map(({ taskId }) => taskId);
  }

  get entries(): { taskId: string; startedAtMs: number }[] {
    return readFileSync(this.path, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const [taskId, startedAtMs] = line.split(' ');
        return { taskId: taskId!, startedAtMs: Number(startedAtMs) };
      });
  }
}
