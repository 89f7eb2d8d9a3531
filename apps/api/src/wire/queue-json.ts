import type { QueueItem } from '#domain';
import { writeAppJson } from '#bus-events';

/** The body of `GET /v2/queue` (`spec/rest-api.md` §11.3). */
export function writeQueue(items: readonly QueueItem[], withLastUnusedOffers: boolean): string {
  return `{"queue":[${items.map((item) => writeItem(item, withLastUnusedOffers)).join(',')}]}`;
}

function writeItem(item: QueueItem, withLastUnusedOffers: boolean): string {
  const { app, lastUnusedOffers, ...fields } = item;
  const rest = JSON.stringify(withLastUnusedOffers ? { ...fields, lastUnusedOffers } : fields);
  return `${rest.slice(0, -1)},"app":${writeAppJson(app)}}`;
}
