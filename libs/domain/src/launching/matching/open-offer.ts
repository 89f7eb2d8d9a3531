import type { Offer } from '../../cluster/mesos-shapes.js';
import type { Agent } from '../../instances/instance.js';
import type { OfferSnapshot } from '../offer-statistics.js';
import { agentOf, fieldValue } from './field-value.js';
import type { MatchContext } from './match-context.js';
import { isLocalRegion, isUnderMaintenance } from './offer-policy.js';
import { OfferResources } from './offer-resources.js';

/** An offer that is being matched, with what all apps want to know of it worked out once. */
export class OpenOffer {
  readonly agent: Agent;
  readonly resources: OfferResources;
  readonly isLocal: boolean;
  readonly isUnderMaintenance: boolean;
  private readonly fields = new Map<string, string | undefined>();
  private currentSnapshot: OfferSnapshot;
  private snapshotIsCurrent = true;

  constructor(
    readonly offer: Offer,
    { settings, localRegion, nowMs }: MatchContext,
  ) {
    this.agent = agentOf(offer);
    this.resources = new OfferResources(offer.resources ?? []);
    this.isLocal = isLocalRegion(this.agent.region, localRegion);
    this.isUnderMaintenance =
      settings.maintenanceMode && isUnderMaintenance(offer, settings.drainingSeconds, nowMs);
    this.currentSnapshot = { offer, resources: offer.resources ?? [] };
  }

  /** Value of a constraint's field, `undefined` if the agent has none. */
  valueOf(field: string): string | undefined {
    if (this.fields.has(field)) return this.fields.get(field);
    const value = fieldValue(this.agent, field);
    this.fields.set(field, value);
    return value;
  }

  /** Something was taken from the resources. */
  changed(): void {
    this.snapshotIsCurrent = false;
  }

  /** The offer as it is now; the same object until something is taken. */
  snapshot(): OfferSnapshot {
    if (!this.snapshotIsCurrent) {
      this.currentSnapshot = { offer: this.offer, resources: this.resources.remaining() };
      this.snapshotIsCurrent = true;
    }
    return this.currentSnapshot;
  }
}
