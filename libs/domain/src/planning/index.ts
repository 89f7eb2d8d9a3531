export { factsBehind, REQUEST, type PlanFact } from './footprint.js';
export {
  outlookOf,
  type AppOutlook,
  type GroupOutlook,
  type InstanceCounts,
  type Outlook,
  type PlanOutcome,
} from './outlook.js';
export { placementsOf, type AppPlacements, type Placement } from './placements.js';
export { MOST_REHEARSED_INSTANCES, Rehearsal, type RehearsalScene } from './rehearsal.js';
export { tryCommand, type Trial } from './trial.js';
