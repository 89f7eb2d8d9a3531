import type { Offer } from '../../cluster/mesos-shapes.js';
import { LauncherQueue } from './launcher-queue.js';
import { launchersOf } from './launcher.js';
import type { AcceptedOffer, DeclinedOffer, Launch, MatchContext, MatchOutcome } from './match-context.js';
import { OpenOffer } from './open-offer.js';

/**
 * Finds places for waiting instances on a batch of offers (`spec/scheduling.md` §2.5, §3). Every offer ends up either
 * accepted or declined. What one offer gave counts when the next one is judged. Pure but for the statistics.
 */
export function matchOffers(offers: Iterable<Offer>, context: MatchContext): MatchOutcome {
  const pass = new MatchingPass(context);
  for (const offer of offers) pass.serve(offer);
  return pass.outcome();
}

class MatchingPass {
  private readonly queues = new Map<string, LauncherQueue>();
  private readonly accepts: AcceptedOffer[] = [];
  private readonly declines: DeclinedOffer[] = [];
  private tokens: number;

  constructor(private readonly context: MatchContext) {
    this.tokens = context.tokens;
    for (const waiting of context.waiting) {
      for (const [role, launcher] of launchersOf(waiting, context)) this.queueOf(role).add(launcher);
    }
  }

  serve(offer: Offer): void {
    const offerId = offer.id.value;
    if (this.tokens <= 0 && this.anybodyWaits()) {
      this.declines.push({ offerId });
      return;
    }
    const launches = this.launchOn(offer);
    if (launches.length > 0) this.accepts.push({ offer, launches });
    else this.declines.push({ offerId, refuseSeconds: this.context.settings.declineOfferDurationMs / 1000 });
  }

  outcome(): MatchOutcome {
    return { accepts: this.accepts, declines: this.declines, tokensLeft: this.tokens };
  }

  private launchOn(offer: Offer): Launch[] {
    const launches: Launch[] = [];
    const { settings } = this.context;
    const queue = this.queues.get(roleOfOffer(offer, settings.mesosRole));
    if (queue === undefined || queue.isEmpty) return launches;
    const open = new OpenOffer(offer, this.context);
    queue.round((launcher) => {
      const launch = launcher.launchOn(open);
      if (launch !== undefined) {
        launches.push(launch);
        this.tokens -= 1;
      }
      const goOn = launches.length < settings.maxInstancesPerOffer && this.tokens > 0;
      return { launched: launch !== undefined, goOn };
    });
    return launches;
  }

  private anybodyWaits(): boolean {
    for (const queue of this.queues.values()) if (!queue.isEmpty) return true;
    return false;
  }

  private queueOf(role: string): LauncherQueue {
    let queue = this.queues.get(role);
    if (queue === undefined) {
      queue = new LauncherQueue(this.context.random);
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
