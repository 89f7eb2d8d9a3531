import type { Candidate } from './candidate.js';
import type { PlacementView } from './constraint-check.js';
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

/**
 * Whether an offer suits a candidate, apart from ports; every check runs, so that all reasons are told
 * (`spec/scheduling.md` §3.1).
 */
export function judgeOffer(candidate: Candidate, open: OpenOffer, view: PlacementView): Verdict {
  const { resources } = open;
  const { totalDemand, roles } = candidate;
  let reasons = NO_REASON;
  for (const name of SCALARS) {
    const wanted = totalDemand[name];
    if (wanted > 0 && resources.available(name, roles) < wanted) reasons |= INSUFFICIENT[name];
  }
  if (!resources.hasAnyFor(roles)) reasons |= UNFULFILLED_ROLE;
  if (!holdsConstraints(candidate, open, view)) reasons |= UNFULFILLED_CONSTRAINT;
  if (open.isUnderMaintenance) reasons |= MAINTENANCE;
  if (candidate.avoidsGpuAgents && resources.hasGpus()) reasons |= SCARCE_RESOURCES;
  const inReach = open.isLocal || candidate.choosesFaultDomain;
  return { fits: reasons === NO_REASON && inReach, reasons };
}

function holdsConstraints({ constraints }: Candidate, open: OpenOffer, view: PlacementView): boolean {
  for (const { field, check, withoutField } of constraints) {
    const value = open.valueOf(field);
    if (value === undefined ? !withoutField : !check(value, view)) return false;
  }
  return true;
}
