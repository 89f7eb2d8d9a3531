import type { Offer } from '../../cluster/mesos-shapes.js';
import { LauncherQueue } from './launcher-queue.js';
import { launchOn } from './launcher.js';
import type { Launch, MatchContext, OfferAnswer } from './match-context.js';
import { OpenOffer } from './open-offer.js';

/**
 * Finds places for waiting instances on offers, one offer after the other (`spec/scheduling.md` §2.5, §3). Every launch is
 * told to the context as it is decided, so that it counts when the next one is. Lives for one turn: who waits is asked
 * once, and launches only make it fewer.
 */
export class Matching {
  private readonly queues = new Map<string, LauncherQueue>();

  constructor(private readonly context: MatchContext) {}

  answer(offer: Offer): OfferAnswer {
    const { context } = this;
    const { settings } = context;
    const queue = this.queueOf(roleOfOffer(offer, settings.mesosRole));
    if (queue.isEmpty) return { kind: 'decline', refuseSeconds: settings.declineOfferDurationMs / 1000 };
    if (context.tokens() <= 0) return { kind: 'decline' };
    const launches: Launch[] = [];
    const open = new OpenOffer(offer, context);
    queue.round((waiting) => {
      const outcome = launchOn(waiting, open, context);
      if (typeof outcome === 'object') launches.push(outcome);
      return {
        launched: typeof outcome === 'object',
        stays: outcome !== 'held' && waiting.groups.length > 0,
        goOn:
          launches.length < settings.maxInstancesPerOffer &&
          context.tokens() > 0 &&
          context.isOverdue?.() !== true,
      };
    });
    if (launches.length > 0) return { kind: 'accept', launches };
    return { kind: 'decline', refuseSeconds: settings.declineOfferDurationMs / 1000 };
  }

  private queueOf(role: string): LauncherQueue {
    let queue = this.queues.get(role);
    if (queue === undefined) {
      queue = new LauncherQueue(this.context.waitingIn(role), this.context.random);
      this.queues.set(role, queue);
    }
    return queue;
  }
}

function roleOfOffer(offer: Offer, fallback: string): string {
  return (
    offer.allocation_info?.role ??
    offer.resources?.find(({ allocation_info }) => allocation_info?.role !== undefined)?.allocation_info
      ?.role ??
    fallback
  );
}
