import { setTimeout as delay } from 'node:timers/promises';

import type { ZooKeeper } from './zookeeper.js';

/** Writes down what a connection goes through: `connected new`, `connected again`, `suspended`, `expired`, `closed`. */
export function recordChanges(zookeeper: ZooKeeper): string[] {
  const changes: string[] = [];
  zookeeper.onChange((change) => {
    const suffix = change.kind !== 'connected' ? '' : change.isNewSession ? ' new' : ' again';
    changes.push(`${change.kind}${suffix}`);
  });
  return changes;
}

/** Waits until `holds`; fails loudly after `limitMs`. */
export async function until(holds: () => boolean | Promise<boolean>, limitMs = 15_000): Promise<void> {
  const deadlineMs = performance.now() + limitMs;
  while (!(await holds())) {
    if (performance.now() > deadlineMs)
      throw new Error(`still not true after ${limitMs} ms: ${holds.toString()}`);
    await delay(5);
  }
}
