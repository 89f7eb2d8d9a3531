import type { FatalError } from './reasons.js';

/** What an ERROR event asks for (`spec/mesos-client.md §6.7`). */
export type ErrorReaction =
  | { kind: 'fatal'; reaction: FatalError['reaction']; code: FatalError['code'] }
  /** Subscribe again at once, without offer constraints. */
  | { kind: 'dropOfferConstraints' }
  /** Alert, and retry at the maximum back-off. */
  | { kind: 'retryAtMaximum' }
  | { kind: 'retry' };

const REACTIONS: readonly (readonly [prefix: string, reaction: ErrorReaction])[] = [
  ['Framework failed over', { kind: 'fatal', reaction: 'abdicate', code: 'FailedOver' }],
  ['Framework has been removed', { kind: 'fatal', reaction: 'stop', code: 'FrameworkRemoved' }],
  [
    "Changing framework's principal is not allowed",
    { kind: 'fatal', reaction: 'stop', code: 'PrincipalChanged' },
  ],
  ["'FrameworkInfo.role", { kind: 'fatal', reaction: 'stop', code: 'InvalidRoles' }],
  ['Roles ', { kind: 'fatal', reaction: 'stop', code: 'InvalidRoles' }],
  ["User 'root' is not allowed", { kind: 'fatal', reaction: 'stop', code: 'RootSubmissionsDisabled' }],
  ['Suppressed roles ', { kind: 'fatal', reaction: 'stop', code: 'InvalidSuppressedRoles' }],
  ['The framework failover_timeout', { kind: 'fatal', reaction: 'stop', code: 'InvalidFailoverTimeout' }],
  ['Offer constraints ', { kind: 'dropOfferConstraints' }],
  ['Not authorized to ', { kind: 'retryAtMaximum' }],
  ['Authorization failure', { kind: 'retryAtMaximum' }],
];

/** Texts are matched by prefix, as the specification allows for this event. */
export function reactionToError(message: string): ErrorReaction {
  return REACTIONS.find(([prefix]) => message.startsWith(prefix))?.[1] ?? { kind: 'retry' };
}
