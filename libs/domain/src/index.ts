export * from './cluster/mesos-shapes.js';
export * from './commands/command.js';
export * from './commands/planned-change.js';
export { rememberedForm, replyFrom } from './commands/remembered-reply.js';
export * from './commands/submission.js';
export { rolesWanted } from './deciding/ask-for-offers.js';
export { decideApiCommand, decideSchedulerCommand } from './deciding/decide.js';
export type { Effect } from './deciding/effect.js';
export { forgetFramework, haveLiveTasks } from './deciding/forget-framework.js';
export { launchQueue, recordedLaunchQueue } from './deciding/launch-queue.js';
export { SchedulerRuntime } from './deciding/runtime.js';
export type { DomainSettings } from './deciding/settings.js';
export { resume, settle } from './deciding/settle.js';
export { Turn, EVENT_SCHEMA, type Cause, type DecidedEvent, type TurnEnvironment } from './deciding/turn.js';
export * from './definitions/index.js';
export * from './deployments/plan.js';
export * from './events/domain-event.js';
export { streamOf } from './events/stream.js';
export * from './ids/instance-id.js';
export { TimeUuids } from './ids/instance-id-uuid.js';
export * from './ids/path-id.js';
export * from './instances/condition.js';
export type { CheckHealth, HealthRecord } from './instances/health/check-health.js';
export { checkEndpoint, namedEndpoint, type Endpoint } from './instances/health/endpoint.js';
export {
  failureCounts,
  isRunByEkiden,
  judgeResult,
  type CheckResult,
} from './instances/health/judge-result.js';
export * from './instances/instance.js';
export {
  awaitingReadiness,
  readinessResults,
  type ReadinessResponse,
  type ReadinessResult,
} from './instances/readiness.js';
export type { OffersSummary, RejectSummary, UnusedOfferView } from './launching/offer-statistics.js';
export { taskInfoOf } from './launching/task-builder/task-template.js';
export * from './planning/index.js';
export { evolve } from './state/evolve.js';
export { failureOf, unhealthyFailureOf } from './state/task-failure.js';
export { captureSnapshot, copyState, restoreSnapshot, SNAPSHOT_FORMAT } from './state/snapshot.js';
export { State, type Deployment, type Group, type Subtree, type TaskFailure } from './state/state.js';
export * from './time/timestamp.js';
export type { WebhookReport } from './webhooks/report-webhook.js';
export * from './webhooks/webhook.js';
export type { WebhookChanges, WebhookCommand, WhatToRedeliver } from './webhooks/webhook-commands.js';
