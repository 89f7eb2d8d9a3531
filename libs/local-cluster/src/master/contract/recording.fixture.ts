import type { Event } from '#mesos';
import { stepsOf, type RecordedStep } from '../../../../../test/support/recorded-session.js';

export function recordedEvents(steps: readonly RecordedStep[]): Event[] {
  return stepsOf(steps, 'event').map(({ json }) => json as unknown as Event);
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
