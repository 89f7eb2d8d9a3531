import type { RejectSummary } from '../launching/offer-statistics.js';
import type { NoMatchReason } from '../launching/matching/no-match-reason.js';
import type { Outlook } from './outlook.js';
import { MOST_REHEARSED_INSTANCES, type Rehearsal } from './rehearsal.js';

/** Where an instance that a plan starts would run, or why it would not. */
export type Placement =
  { readonly hostname: string; readonly agentId: string } | { readonly unplaced: string };

export interface AppPlacements {
  readonly appId: string;
  /** One per instance that the plan starts. */
  readonly instances: readonly Placement[];
}

/** How far a plan was played through. */
export interface Rehearsed {
  /** `undefined`: the change is too large for it. */
  readonly rehearsal: Rehearsal | undefined;
  /** It came to its end. */
  readonly isComplete: boolean;
  readonly agents: number;
}

const TOO_LARGE = `not rehearsed: the change is about more than ${MOST_REHEARSED_INSTANCES} instances`;
const NO_AGENTS = 'no agent has made an offer since this node began to lead';
const NOT_REACHED = 'the deployment does not come to it: it waits for the instances before';
const OUT_OF_TIME = 'the rehearsal was broken off: it took too long';

/** The places of all instances that a plan starts. */
export function placementsOf({ apps }: Outlook, rehearsed: Rehearsed): AppPlacements[] {
  return apps
    .filter(({ start }) => start > 0)
    .map(({ appId, start }) => ({ appId, instances: placesOf(appId, start, rehearsed) }));
}

function placesOf(appId: string, start: number, { rehearsal, isComplete, agents }: Rehearsed): Placement[] {
  if (rehearsal === undefined) return missing(TOO_LARGE, start);
  const placed = rehearsal.placesOf(appId).map(({ host, agentId }) => ({ hostname: host, agentId }));
  if (!isComplete) return [...placed, ...missing(OUT_OF_TIME, start - placed.length)];
  const waiting = Math.min(rehearsal.waitingOf(appId), Math.max(0, start - placed.length));
  const reason = agents === 0 ? NO_AGENTS : inWords(rehearsal.funnelOf(appId));
  return [...placed, ...missing(reason, waiting), ...missing(NOT_REACHED, start - placed.length - waiting)];
}

const missing = (unplaced: string, count: number): Placement[] =>
  Array.from({ length: Math.max(0, count) }, () => ({ unplaced }));

const WORDS: Readonly<Record<NoMatchReason, string>> = {
  UnfulfilledRole: 'offer nothing in a role that the app accepts',
  UnfulfilledConstraint: 'do not satisfy a constraint',
  NoCorrespondingReservationFound: 'have no reservation of the instance',
  AgentMaintenance: 'are under maintenance',
  InsufficientCpus: 'have too few CPUs left',
  InsufficientMemory: 'have too little memory left',
  InsufficientDisk: 'have too little disk left',
  InsufficientGpus: 'have too few GPUs left',
  InsufficientPorts: 'do not have the ports left',
  DeclinedScarceResources: 'have GPUs that are kept for others',
};

/** Why no agent fits, from the funnel of the last offers: `no agent fits: of 6, 4 have too few CPUs left, …`. */
function inWords(funnel: readonly RejectSummary[]): string {
  const asked = funnel[0]?.processed ?? 0;
  const parts = funnel.flatMap(({ reason, declined }) =>
    declined > 0 ? `${declined} ${WORDS[reason]}` : [],
  );
  return parts.length === 0
    ? 'no agent fits: none has anything left in the role of the app'
    : `no agent fits: of ${asked}, ${parts.join(', ')}`;
}
