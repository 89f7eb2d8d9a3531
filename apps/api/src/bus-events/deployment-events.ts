import { affectedApps, type EventData, type Plan } from '#domain';
import { busEvent, type BusEvent } from './bus-event.js';

/** A step began, which also says that the one before it succeeded (`spec/operations.md` §3.2). */
export function deploymentStepStarted(
  { plan, step }: EventData['DeploymentStepStarted'],
  timestamp: string,
): readonly BusEvent[] {
  return [
    ...stepEvent('deployment_step_success', plan, step - 1, timestamp),
    ...stepEvent('deployment_info', plan, step, timestamp),
  ];
}

/** The last step succeeded, and so the deployment. */
export function deploymentSucceeded(
  { plan }: EventData['DeploymentSucceeded'],
  timestamp: string,
): readonly BusEvent[] {
  return [
    ...stepEvent('deployment_step_success', plan, plan.steps.length, timestamp),
    ...deploymentEnded('deployment_success', { plan }, timestamp),
  ];
}

function stepEvent(
  type: 'deployment_info' | 'deployment_step_success',
  plan: Plan,
  step: number,
  timestamp: string,
): readonly BusEvent[] {
  const currentStep = plan.steps[step - 1];
  return currentStep === undefined ? [] : [busEvent(type, timestamp, appsOf(plan), { plan, currentStep })];
}

/** The end of a deployment. */
export function deploymentEnded(
  type: 'deployment_success' | 'deployment_failed',
  { plan, reason }: { readonly plan: Plan; readonly reason?: string },
  timestamp: string,
): readonly BusEvent[] {
  return [busEvent(type, timestamp, appsOf(plan), { id: plan.id, plan, reason })];
}

/** A refused change of the tree; if it had a plan already, its deployment counts as failed too (§3.2). */
export function rootChangeRefused(
  { groupId, version, reason, plan }: EventData['RootGroupChangeRefused'],
  timestamp: string,
): readonly BusEvent[] {
  const failed = busEvent('group_change_failed', timestamp, [], { groupId, version, reason });
  return plan === undefined
    ? [failed]
    : [failed, ...deploymentEnded('deployment_failed', { plan, reason }, timestamp)];
}

const appsOf = (plan: Plan): readonly string[] => [...affectedApps(plan)];
