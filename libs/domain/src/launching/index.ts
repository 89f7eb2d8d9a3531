export { BackoffBook, type BackoffConfig, type LaunchDelay, type QueueDelay } from './backoff.js';
export { LaunchTokens } from './launch-tokens.js';
export { matchOffers } from './matching/match-offers.js';
export type {
  AcceptedOffer,
  DeclinedOffer,
  Launch,
  MatchContext,
  MatchingSettings,
  MatchOutcome,
  WaitingApp,
} from './matching/match-context.js';
export { NO_MATCH_REASONS, type NoMatchReason } from './matching/no-match-reason.js';
export {
  OfferStatistics,
  type AttributeView,
  type OffersSummary,
  type OfferView,
  type RejectSummary,
  type ResourceView,
  type UnusedOfferView,
} from './offer-statistics.js';
export type { TaskSettings } from './task-builder/task-settings.js';
export { OfferDemand, type RoleDemand } from './offer-demand.js';
export { ReviveSchedule, type ReviveCall, type ReviveSettings } from './revive.js';
