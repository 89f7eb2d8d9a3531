import type { Screen } from '../output/screen.js';
import { ageText } from '../when.js';

/** A task as the API shows it. */
export interface TaskView {
  readonly id: string;
  readonly appId: string;
  readonly host: string;
  readonly state: string;
  readonly ports?: readonly number[];
  readonly stagedAt?: string;
  readonly startedAt?: string;
  readonly version?: string;
  readonly healthCheckResults?: readonly { readonly alive: boolean }[];
}

/** A table of tasks. */
export function showTasks(screen: Screen, tasks: readonly TaskView[], nowMs: number): void {
  const { style } = screen;
  const paint = (text: string): string =>
    text === 'running'
      ? style.green(text)
      : text === 'staging' || text === 'starting'
        ? style.yellow(text)
        : style.red(text);
  screen.table<TaskView>(
    [
      { title: 'ID', value: ({ id }) => id },
      { title: 'STATE', value: ({ state }) => state.replace(/^TASK_/, '').toLowerCase(), style: paint },
      { title: 'HEALTHY', value: ({ healthCheckResults: results = [] }) => healthText(results) },
      { title: 'HOST', flexible: true, value: ({ host }) => host },
      { title: 'PORTS', value: ({ ports = [] }) => ports.join(',') },
      {
        title: 'AGE',
        align: 'right',
        value: ({ startedAt, stagedAt }) => ageText(startedAt ?? stagedAt, nowMs),
      },
    ],
    tasks,
  );
}

const healthText = (results: readonly { readonly alive: boolean }[]): string | undefined =>
  results.length === 0 ? undefined : results.every(({ alive }) => alive) ? 'yes' : 'no';
