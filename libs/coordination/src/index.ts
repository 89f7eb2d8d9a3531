/** Who leads: the port of leader election and discovery, and its adapters. */
export { CoordinationUnavailableError } from './port.js';
export type { CandidateListener, Coordination, LeadershipLoss } from './port.js';
