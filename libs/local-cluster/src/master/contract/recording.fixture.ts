import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Event } from '#mesos';

/** One line of a recording of a real master. */
export interface RecordedLine {
  readonly dir: 'call' | 'event' | 'headers' | 'response' | 'eof' | 'note' | 'error';
  readonly json?: object;
  readonly to?: string;
  readonly status?: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Reads a recording; a missing one is an error, never a reason to skip. */
export function readRecording(name: 'scheduler-session' | 'failover-session'): RecordedLine[] {
  const path = resolve(process.cwd(), '../shared/fixtures/mesos', `${name}.jsonl`);
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as RecordedLine);
}

export function recordedEvents(lines: readonly RecordedLine[]): Event[] {
  return lines.flatMap((line) =>
    line.dir === 'event' && line.json !== undefined ? [line.json as Event] : [],
  );
}

/**
 * What kind of frame an event is, so that like is compared with like: its type, and for updates the state, the
 * source and the reason.
 */
export function kindOf(event: Event): string {
  if (event.type !== 'UPDATE') return event.type;
  const { state, source, reason, executor_id, task_id } = event.update.status;
  const ofGroup = executor_id !== undefined && executor_id.value !== task_id.value ? 'group' : '';
  return ['UPDATE', state, source, reason, ofGroup].filter(Boolean).join(' ');
}

/**
 * The shape of a frame: names and value types of all members, recursively. Of a list, the distinct shapes of its
 * elements.
 */
export function shapeOf(value: unknown): unknown {
  if (Array.isArray(value))
    return [...new Set(value.map((item) => JSON.stringify(shapeOf(item))))].toSorted();
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, member]) => [name, shapeOf(member)] as const)
      .toSorted(([left], [right]) => (left < right ? -1 : 1)),
  );
}

/** All shapes that occur per kind of frame, in a canonical order. */
export function shapesByKind(events: readonly Event[]): Map<string, Set<string>> {
  const shapes = new Map<string, Set<string>>();
  for (const event of events) {
    const kind = kindOf(event);
    shapes.set(kind, (shapes.get(kind) ?? new Set()).add(JSON.stringify(shapeOf(event))));
  }
  return shapes;
}
