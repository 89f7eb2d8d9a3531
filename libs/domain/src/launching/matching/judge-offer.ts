import type { CandidateGroup } from './candidate-group.js';
import { NO_REASON, reasonSet, type ReasonSet } from './no-match-reason.js';
import { SCALARS, type ScalarName } from './offer-resources.js';
import type { OpenOffer } from './open-offer.js';

const INSUFFICIENT: Readonly<Record<ScalarName, ReasonSet>> = {
  cpus: reasonSet('InsufficientCpus'),
  mem: reasonSet('InsufficientMemory'),
  disk: reasonSet('InsufficientDisk'),
  gpus: reasonSet('InsufficientGpus'),
};
const UNFULFILLED_ROLE = reasonSet('UnfulfilledRole');
const UNFULFILLED_CONSTRAINT = reasonSet('UnfulfilledConstraint');
/** A window counts as a constraint too: that is where the funnel shows it. */
const MAINTENANCE = reasonSet('UnfulfilledConstraint', 'AgentMaintenance');
const SCARCE_RESOURCES = reasonSet('DeclinedScarceResources');
/** Ports are tried only if all else holds. */
export const INSUFFICIENT_PORTS = reasonSet('InsufficientPorts');

export interface Verdict {
  /** Everything but the ports, which are looked at last. */
  readonly fits: boolean;
  readonly reasons: ReasonSet;
}

/** Whether an offer suits a group, apart from ports; every check runs, so that all reasons are told (§3.1). */
export function judgeOffer(group: CandidateGroup, open: OpenOffer): Verdict {
  let reasons = NO_REASON;
  for (const name of SCALARS) {
    const wanted = group.totalDemand[name];
    if (wanted > 0 && open.resources.available(name, group.roles) < wanted) reasons |= INSUFFICIENT[name];
  }
  if (!open.resources.hasAnyFor(group.roles)) reasons |= UNFULFILLED_ROLE;
  if (!holdsConstraints(group, open)) reasons |= UNFULFILLED_CONSTRAINT;
  if (open.isUnderMaintenance) reasons |= MAINTENANCE;
  if (group.avoidsGpuAgents && open.resources.hasGpus()) reasons |= SCARCE_RESOURCES;
  const inReach = open.isLocal || group.choosesFaultDomain;
  return { fits: reasons === NO_REASON && inReach, reasons };
}

function holdsConstraints({ constraints }: CandidateGroup, open: OpenOffer): boolean {
  return constraints.every(({ field, check, withoutField, view }) => {
    const value = open.valueOf(field);
    return value === undefined ? withoutField : check(value, view);
  });
}
