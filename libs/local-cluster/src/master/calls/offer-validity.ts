import type { Framework } from '../state/framework.js';
import type { OfferBook } from '../state/offer-book.js';
import type { Offer } from '../state/offer.js';

/** Offers that can be used together, or why they cannot; `usable` are the ones the framework still holds. */
export type OfferSelection =
  | { readonly kind: 'valid'; readonly offers: readonly [Offer, ...Offer[]] }
  | { readonly kind: 'invalid'; readonly why: string; readonly usable: readonly Offer[] };

/** Checks the offer list of an ACCEPT (C§9.1, "Offer list invalid"). */
export function selectOffers(ids: readonly string[], framework: Framework, book: OfferBook): OfferSelection {
  const usable = [...new Set(ids)].flatMap((id) => framework.offers.get(id) ?? []);
  const why = listProblem(ids, framework, book) ?? aggregationProblem(usable);
  const [first, ...others] = usable;
  if (why === undefined && first !== undefined) return { kind: 'valid', offers: [first, ...others] };
  return { kind: 'invalid', why: why ?? 'No offers specified', usable };
}

function listProblem(ids: readonly string[], framework: Framework, book: OfferBook): string | undefined {
  const seen = new Set<string>();
  for (const id of ids) {
    if (seen.has(id)) return `Duplicate offer ${id} in offer list`;
    seen.add(id);
  }
  for (const id of ids) {
    const offer = book.get(id);
    if (offer === undefined) return `Offer ${id} is no longer valid`;
    if (offer.frameworkId !== framework.id) {
      return `Offer ${id} has invalid framework ${offer.frameworkId} while framework ${framework.id} is expected`;
    }
  }
  return undefined;
}

function aggregationProblem([first, ...others]: readonly Offer[]): string | undefined {
  for (const offer of others) {
    if (offer.role !== first!.role) {
      return (
        'Aggregated offers must be allocated to the same role. ' +
        `Offer ${offer.id} uses role ${offer.role} but another is using role ${first!.role}`
      );
    }
  }
  for (const offer of others) {
    if (offer.agentId !== first!.agentId) {
      return (
        'Aggregated offers must belong to one single agent. ' +
        `Offer ${offer.id} uses agent ${offer.agentId} and agent ${first!.agentId}`
      );
    }
  }
  return undefined;
}
