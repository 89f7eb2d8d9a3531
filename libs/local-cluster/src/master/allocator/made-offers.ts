import type { Event, Offer as OfferMessage } from '#mesos';
import type { EncodedEvent } from '../events/encode-event.js';
import type { Framework } from '../state/framework.js';
import type { OfferBook } from '../state/offer-book.js';
import type { Offer } from '../state/offer.js';

/** An offer that is on the book, and how its framework will read it. */
interface MadeOffer {
  readonly offer: Offer;
  readonly message: OfferMessage;
  readonly text: string;
}

const HEAD = '{"type":"OFFERS","offers":{"offers":[';
const TAIL = ']}}';

/** What one allocation run has offered so far. Each offer is encoded when it is made: all of them take too long at once. */
export class MadeOffers {
  /** In the order in which roles and agents had their turn. */
  private readonly made = new Map<Framework, Map<string, MadeOffer[]>>();
  count = 0;

  add(framework: Framework, offer: Offer, message: OfferMessage): void {
    const byRole = this.made.get(framework) ?? new Map<string, MadeOffer[]>();
    this.made.set(framework, byRole);
    const entry = { offer, message, text: JSON.stringify(message) };
    const others = byRole.get(offer.role);
    if (others === undefined) byRole.set(offer.role, [entry]);
    else others.push(entry);
    this.count += 1;
  }

  /** One event for each framework, without what has been withdrawn since (spec/local-cluster.md §4.6). */
  announce(book: OfferBook): void {
    for (const [framework, byRole] of this.made) {
      const entries = [...byRole.values()].flat().filter(({ offer }) => book.get(offer.id) === offer);
      if (entries.length === 0) continue;
      for (const { offer } of entries) offer.isAnnounced = true;
      const event: Event = { type: 'OFFERS', offers: { offers: entries.map(({ message }) => message) } };
      framework.send(event, encode(entries));
    }
  }
}

/** The same as `JSON.stringify` of the event. */
function encode(entries: readonly MadeOffer[]): EncodedEvent {
  const text = HEAD + entries.map((entry) => entry.text).join(',') + TAIL;
  return { text, bytes: Buffer.byteLength(text) };
}
