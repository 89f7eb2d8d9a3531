import type { Instance } from '#domain';
import type { Launch, MatchContext } from '../libs/domain/src/launching/matching/match-context.js';
import { Placements } from '../libs/domain/src/launching/matching/placements.js';
import { WaitingIndex, type WaitingOfApp } from '../libs/domain/src/state/waiting-index.js';

interface MatchedApp {
  readonly waiting: WaitingOfApp;
  readonly placements: Placements;
}

type WhatMatchingChanges = Pick<MatchContext, 'waitingIn' | 'placed' | 'tokens' | 'launch'>;

/**
 * What one match changes for the next and nothing else: whoever gets a place leaves the queue and counts for constraints.
 * No event is decided, no instance changed, nothing sent.
 *
 * @param instances all wait, none is placed
 */
export function matchingAlone(instances: Iterable<Instance>): WhatMatchingChanges {
  const queue = new WaitingIndex();
  const apps = new Map<string, MatchedApp>();
  for (const instance of instances) {
    let app = apps.get(instance.appId);
    if (app === undefined)
      apps.set(instance.appId, (app = { waiting: [], placements: new Placements(() => []) }));
    queue.add(app.waiting, instance);
  }
  return {
    waitingIn: (role) => queue.ofRole(role),
    placed: (appId, field, notBefore) => apps.get(appId)!.placements.countsOf(field, notBefore),
    tokens: () => Infinity,
    launch: ({ instance, agent }: Launch) => {
      const app = apps.get(instance.appId)!;
      queue.remove(app.waiting, instance);
      if (instance.app.constraints.length > 0)
        app.placements.change(instance, { ...instance, condition: 'Provisioned', agent });
    },
  };
}
