import type { QueueItem } from '#domain';
import type { Sentence } from './explanation.js';
import { funnelOf, unstated } from './funnel.js';
import { count, duration } from './words.js';

/** How the leader stands with Mesos; absent where only the log is known. */
export interface Session {
  readonly connected?: boolean;
}

/** Why what waits in the launch queue waits, the weightiest reason last. */
export function waitingSentences(queued: QueueItem | undefined, { connected }: Session): Sentence[] {
  const found: Sentence[] = [];
  if (queued !== undefined) {
    found.push({ kind: 'waiting', text: offersText(queued), time: queued.since });
    const { timeLeftSeconds, overdue } = queued.delay;
    if (timeLeftSeconds > 0 && !overdue) found.push({ kind: 'delay', text: delayText(timeLeftSeconds) });
  }
  if (connected === false) {
    found.push({ kind: 'connection', text: 'There is no connection to Mesos, so that no offers come in.' });
  }
  return found;
}

const delayText = (seconds: number): string =>
  `Launches wait another ${duration(seconds * 1000)}, since earlier tasks failed; ` +
  'resetting the delay (DELETE /v2/queue/{id}/delay) ends that.';

function offersText(queued: QueueItem): string {
  const { processedOffersCount } = queued.processedOffersSummary;
  if (processedOffersCount === 0) return 'It waits for an offer; none has come in since.';
  const [worst] = funnelOf(queued).toSorted((a, b) => b.declined - a.declined);
  if (worst !== undefined) {
    const of = queued.lastUnusedOffers.length;
    const agents = of === 0 ? count(worst.declined, 'offer') : `${worst.declined} of ${count(of, 'agent')}`;
    return `No offer fits. At ${agents}: ${worst.text}.`;
  }
  return unstated(queued) > 0
    ? 'It waits for an offer: all agents that offer are in another region, which its constraints do not name.'
    : 'It waits for an offer; the last ones were used up by other instances.';
}
