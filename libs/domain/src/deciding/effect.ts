import type { TaskLaunch } from '../launching/task-builder/task-template.js';

/**
 * What the shell shall do once the events of the turn are durable. Effects are values: they may be carried
 * out twice, or be lost with the process, and what they lead to comes back as a command.
 */
export type Effect =
  | {
      readonly type: 'AcceptOffer';
      readonly offerId: string;
      readonly agentId: string;
      readonly launches: readonly TaskLaunch[];
    }
  /** `refuseSeconds` absent: the default of Mesos (5 s). */
  | { readonly type: 'DeclineOffers'; readonly offerIds: readonly string[]; readonly refuseSeconds?: number }
  | { readonly type: 'KillTask'; readonly taskId: string; readonly agentId?: string }
  | {
      readonly type: 'AcknowledgeStatus';
      readonly taskId: string;
      readonly agentId: string;
      readonly uuid: string;
    }
  /** Explicit for the given tasks, implicit when there are none. */
  | {
      readonly type: 'ReconcileTasks';
      readonly tasks: readonly { readonly taskId: string; readonly agentId?: string }[];
    }
  | { readonly type: 'ReviveRoles'; readonly roles: readonly string[] }
  | {
      readonly type: 'UpdateRoles';
      readonly roles: readonly string[];
      readonly suppressedRoles: readonly string[];
    };
