import { affectedApps, type RecordedEvent } from '#domain';

const NONE: readonly string[] = [];

/** Absolute ids of the apps that a domain event is about; none when it is about no app. */
export function appIdsOf({ data }: RecordedEvent): readonly string[] {
  if ('app' in data) return [data.app.id];
  if ('appId' in data) return [data.appId];
  return 'plan' in data && data.plan !== undefined ? [...affectedApps(data.plan)] : NONE;
}
