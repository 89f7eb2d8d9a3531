import { affectedApps, type EventData, type Plan } from '#domain';
import { busEvent, type BusEvent } from './bus-event.js';

/** A step began: those before it, from the one that was current, have succeeded (`spec/operations.md` §3.2). */
export function deploymentStepStarted(
  { plan, from, step }: EventData['DeploymentStepStarted'],
  timestamp: string,
): readonly BusEvent[] {
  const events: BusEvent[] = [];
  for (let passed = from; passed < step; passed++) {
    events.push(...stepEvent('deployment_step_success', plan, passed, timestamp));
    events.push(...stepEvent('deployment_info', plan, passed + 1, timestamp));
  }
  return events;
}

/** The last step succeeded, and so the deployment. */
export function deploymentSucceeded(
  { plan, from }: EventData['DeploymentSucceeded'],
  timestamp: string,
): readonly BusEvent[] {
  const last = plan.steps.length;
  return [
    ...deploymentStepStarted({ plan, from, step: last }, timestamp),
    ...stepEvent('deployment_step_success', plan, last, timestamp),
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
