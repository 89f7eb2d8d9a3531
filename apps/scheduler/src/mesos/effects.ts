import { taskInfoOf, type Effect } from '#domain';
import type { CallBody, FrameworkInfo, TaskInfo } from '#mesos';

/** The call an effect stands for (`spec/mesos-client.md` §9). */
export function callFor(
  effect: Effect,
  frameworkInfo: (roles: readonly string[]) => FrameworkInfo,
): CallBody {
  switch (effect.type) {
    case 'AcceptOffer':
      return {
        type: 'ACCEPT',
        accept: {
          offer_ids: [{ value: effect.offerId }],
          operations: [
            { type: 'LAUNCH', launch: { task_infos: effect.launches.map(taskInfoOf) as TaskInfo[] } },
          ],
          // The rest of the offer comes back with the next allocation (`spec/scheduling.md` §2.5).
          filters: { refuse_seconds: 0 },
        },
      };
    case 'DeclineOffers':
      return {
        type: 'DECLINE',
        decline: {
          offer_ids: effect.offerIds.map((value) => ({ value })),
          ...(effect.refuseSeconds === undefined
            ? {}
            : { filters: { refuse_seconds: effect.refuseSeconds } }),
        },
      };
    case 'KillTask':
      return { type: 'KILL', kill: { task_id: { value: effect.taskId }, ...agentOf(effect.agentId) } };
    case 'AcknowledgeStatus':
      return {
        type: 'ACKNOWLEDGE',
        acknowledge: {
          agent_id: { value: effect.agentId },
          task_id: { value: effect.taskId },
          uuid: effect.uuid,
        },
      };
    case 'ReconcileTasks':
      return {
        type: 'RECONCILE',
        reconcile: {
          tasks: effect.tasks.map(({ taskId, agentId }) => ({
            task_id: { value: taskId },
            ...agentOf(agentId),
          })),
        },
      };
    case 'ReviveRoles':
      return { type: 'REVIVE', revive: { roles: [...effect.roles] } };
    case 'UpdateRoles':
      return {
        type: 'UPDATE_FRAMEWORK',
        update_framework: {
          framework_info: frameworkInfo(effect.roles),
          suppressed_roles: [...effect.suppressedRoles],
        },
      };
  }
}

function agentOf(agentId: string | undefined) {
  return agentId === undefined ? {} : { agent_id: { value: agentId } };
}
