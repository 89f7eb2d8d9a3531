import type { EventData, GoalReason, KillReason } from '#domain';
import { sentence } from './words.js';

const GOAL_REASONS: Readonly<Record<GoalReason, string>> = {
  OverCapacity: 'Stopped, as there were more instances than wanted.',
  DeploymentScaling: 'Stopped, as its app was scaled down.',
  DeletingApp: 'Stopped, as its app was deleted.',
  UserRequest: 'Stopped, as somebody asked for it.',
  Upgrading: 'Stopped to make room for an instance of the new version.',
  Orphaned: 'Stopped, as its app does not exist any more.',
  Overdue: 'Stopped, as its task did not come up in time.',
  UnkillableEphemeralInstance: 'Given up, as its agent cannot be reached to stop it.',
};

/** Why an instance shall not go on. */
export const goalReason = (reason: GoalReason): string => GOAL_REASONS[reason];

const KILL_REASONS: Readonly<Record<KillReason, string>> = {
  UserRequest: 'Its task was killed, as somebody asked for it; a new one takes its place.',
  Overdue: 'Its task was killed, as it did not come up in time.',
  Unhealthy: 'Its task was killed, as its health checks failed.',
};

/** Why a task was ended while its instance goes on. */
export function killReason({ reason, unhealthy }: EventData['InstanceKillRequested']): string {
  if (unhealthy === undefined) return KILL_REASONS[reason];
  return `Its task was killed, as its health checks failed: ${sentence(unhealthy.cause)}`;
}

export const unreachableText = (host: string | null): string =>
  `Its agent ${host === null ? '' : `${host} `}is out of reach; nobody knows whether it still runs.`;
