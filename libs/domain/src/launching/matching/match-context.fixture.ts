import type { Offer, Resource } from '../../cluster/mesos-shapes.js';
import type { Instance } from '../../instances/instance.js';
import { InstanceIndex } from '../../state/instance-index.js';
import { randomFrom } from '../app.fixture.js';
import { OfferStatistics } from '../offer-statistics.js';
import { Candidates } from './candidate.js';
import type { Launch, MatchContext, MatchingSettings } from './match-context.js';
import { Matching } from './match-offer.js';

export const NOW_MS = 1_800_000_000_000;

export const SETTINGS: MatchingSettings = {
  maxInstancesPerOffer: 5,
  declineOfferDurationMs: 120_000,
  acceptedResourceRolesDefaultBehavior: 'any',
  gpuSchedulingBehavior: 'restricted',
  maintenanceMode: true,
  drainingSeconds: 0,
  mesosRole: '*',
  executor: '//cmd',
  mesosBridgeName: 'mesos-bridge',
};

/** An app with instances that may launch now. */
export interface WaitingApp {
  readonly appId: string;
  readonly targetInstances: number;
  /** In the order in which they are to be launched. */
  readonly candidates: Iterable<Instance>;
}

type Fixed = Pick<MatchContext, 'settings' | 'nowMs' | 'random' | 'statistics' | 'mayLaunch'>;

/** What is there before the first offer comes. */
export interface Scene extends Fixed {
  readonly waiting: readonly WaitingApp[];
  placedInstances(appId: string): Iterable<Instance>;
  readonly tokens: number;
  readonly localRegion?: string;
}

/** A scene with plenty of tokens and nothing waiting, apart from what is given. */
export function aContext(changes: Partial<Scene> = {}, settings: Partial<MatchingSettings> = {}): Scene {
  return {
    waiting: [],
    placedInstances: () => [],
    mayLaunch: () => true,
    tokens: 1000,
    settings: { ...SETTINGS, ...settings },
    nowMs: NOW_MS,
    random: randomFrom(1),
    statistics: new OfferStatistics(),
    ...changes,
  };
}

/** A launch with everything that it takes from the offer, a custom executor's share included. */
export interface LaunchView extends Launch {
  readonly resources: readonly Resource[];
}

export interface MatchOutcome {
  readonly accepts: readonly { readonly offer: Offer; readonly launches: readonly LaunchView[] }[];
  readonly declines: readonly { readonly offerId: string; readonly refuseSeconds?: number }[];
  readonly tokensLeft: number;
}

/** Answers offers one after the other; what one gave counts when the next one is judged. */
export function matchOffers(offers: readonly Offer[], scene: Scene): MatchOutcome {
  const instances = instancesOf(scene);
  let { tokens } = scene;
  const matching = new Matching({
    ...scene,
    waitingIn: (role) => instances.waiting.ofRole(role),
    targetInstances: ({ app }) => scene.waiting.find(({ appId }) => appId === app.id)!.targetInstances,
    placed: (appId, field, notBefore) => instances.placedOf(appId, field, notBefore),
    enforcesRole: () => false,
    candidates: new Candidates(scene.settings),
    tokens: () => tokens,
    launch: ({ instance, agent }) => {
      tokens -= 1;
      instances.put({ ...instance, condition: 'Provisioned', agent });
    },
  });
  const accepts: MatchOutcome['accepts'][number][] = [];
  const declines: MatchOutcome['declines'][number][] = [];
  for (const offer of offers) {
    const { kind, ...answer } = matching.answer(offer);
    if (kind === 'decline') declines.push({ offerId: offer.id.value, ...answer });
    else if ('launches' in answer) accepts.push({ offer, launches: answer.launches.map(viewOf) });
  }
  return { accepts, declines, tokensLeft: tokens };
}

function instancesOf({ waiting, placedInstances }: Scene): InstanceIndex {
  const instances = new InstanceIndex();
  for (const { appId, candidates } of waiting) {
    for (const instance of placedInstances(appId)) instances.put(instance);
    for (const instance of candidates) instances.put(instance);
  }
  return instances;
}

function viewOf(launch: Launch): LaunchView {
  const { resources, executorResources } = launch.task;
  return { ...launch, resources: [...resources, ...executorResources] };
}
