import { UnknownSchemaError } from '../errors.js';
import type { StoredEvent } from '../port.js';

/** Brings the `data` of one event type from schema n to n + 1. Pure: the same old data gives the same new data. */
export type UpcastStep = (data: unknown) => unknown;

/**
 * Per event type the steps from schema 1 to 2, from 2 to 3 and so on; types that never changed need no entry. Steps
 * are kept for ever, because events are never rewritten (`spec/operations.md` §18.2).
 */
export type UpcastSteps = Readonly<Record<string, readonly UpcastStep[]>>;

/** Gives an event the newest schema of its type. */
export type Upcaster = (event: StoredEvent) => StoredEvent;

/**
 * @returns an up-caster that leaves events of the newest schema untouched and throws {@link UnknownSchemaError} for
 *   those of a newer release.
 */
export function createUpcaster(steps: UpcastSteps): Upcaster {
  const stepsByType = new Map(Object.entries(steps));
  return (event) => {
    const path = stepsByType.get(event.type);
    const newest = (path?.length ?? 0) + 1;
    if (event.schema === newest) return event;
    if (!path || event.schema > newest) {
      throw new UnknownSchemaError(event.type, event.schema, newest, event.position);
    }
    const data = path.slice(event.schema - 1).reduce((older, step) => step(older), event.data);
    return { ...event, schema: newest, data };
  };
}

/** The page with the newest schemas; the very same page, without a copy, when it has them already, as nearly all do. */
export function upcastPage(page: readonly StoredEvent[], upcaster: Upcaster): readonly StoredEvent[] {
  let upcasted: StoredEvent[] | undefined;
  for (let index = 0; index < page.length; index += 1) {
    const event = page[index] as StoredEvent;
    const newest = upcaster(event);
    if (newest !== event) upcasted ??= page.slice(0, index);
    upcasted?.push(newest);
  }
  return upcasted ?? page;
}
