import type { Subscribed } from '../protocol/event.js';

/** The oldest release whose HTTP API has all that is used here (`spec/mesos-client.md`, reference version). */
const OLDEST = [1, 9] as const;

/** Why the master is too old; nothing when it is not, or does not say. */
export function tooOld({ master_info: master }: Subscribed): string | undefined {
  const version = master?.version;
  const [, major, minor] = /^(\d+)\.(\d+)/u.exec(version ?? '') ?? [];
  if (major === undefined) return undefined;
  const isOld = Number(major) < OLDEST[0] || (Number(major) === OLDEST[0] && Number(minor) < OLDEST[1]);
  return isOld
    ? `the Mesos master has version ${version}; ${OLDEST.join('.')} is the oldest that works`
    : undefined;
}
