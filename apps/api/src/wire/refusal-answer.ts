import type { ApiCommand, Refusal } from '#domain';
import { errorAnswer, valueAnswer, type Answer } from './answer.js';
import { appNotFound, groupNotFound, unknownGroup } from './not-found.js';

const LOCKED =
  "App is locked by one or more deployments. Override with the option '?force=true'. " +
  "View details at '/v2/deployments/<DEPLOYMENT_ID>'.";

/**
 * The one place where reasons of the domain become status codes and texts (`spec/rest-api.md` §3.2, §3.5, §5.3,
 * §5.5). `commandType` matters only where Marathon words the same refusal differently by endpoint.
 */
export function refusalAnswer(refusal: Refusal, commandType: ApiCommand['type']): Answer {
  switch (refusal.code) {
    case 'Invalid':
      return errorAnswer(422, refusal.message, refusal.details);
    case 'BadRequest':
      return errorAnswer(400, refusal.message);
    case 'AppAlreadyExists':
      return errorAnswer(409, `An app with id [${refusal.appId}] already exists.`);
    case 'AppNotFound':
      return commandType === 'KillTasks'
        ? appNotFound(refusal.appId)
        : errorAnswer(404, `App '${refusal.appId}' does not exist`);
    case 'GroupAlreadyExists':
      return errorAnswer(409, `Group ${refusal.groupId} is already created. Use PUT to change this group.`);
    case 'AppAtGroupPath':
      return errorAnswer(409, `An app with the path ${refusal.groupId} already exists.`);
    case 'GroupNotFound':
      return commandType === 'PatchGroup' ? unknownGroup(refusal.groupId) : groupNotFound(refusal.groupId);
    case 'PathNotFound':
      return errorAnswer(404, `Path '${refusal.path}' does not exist`);
    case 'TaskNotFound':
      return errorAnswer(404, `Task '${refusal.taskId}' does not exist`, []);
    case 'DeploymentNotFound':
      return errorAnswer(404, `DeploymentPlan ${refusal.deploymentId} does not exist`, []);
    case 'AppNotQueued':
      return errorAnswer(404, `Application ${refusal.appId} not found in tasks queue.`, []);
    case 'WebhookNotFound':
      return errorAnswer(404, `Webhook '${refusal.webhookId}' does not exist`);
    case 'AppLocked':
      return valueAnswer({ message: LOCKED, deployments: refusal.deploymentIds.map((id) => ({ id })) }, 409);
    case 'TooManyDeployments':
      return errorAnswer(403, tooManyDeployments(refusal.limit));
    case 'ServicePortsExhausted':
      return errorAnswer(500, `All ports in the range [${refusal.min}-${refusal.max}) are already in use`);
    case 'PlanOutdated':
      return errorAnswer(409, outdated(refusal.changed));
    case 'IdempotencyKeyReused':
      return errorAnswer(422, `Idempotency-Key '${refusal.key}' was already used for another request`);
    case 'QueueFull':
      return errorAnswer(500, `GroupManager queue may not exceed ${refusal.limit} entries`);
    case 'InternalError':
      return errorAnswer(500, refusal.reason);
    case 'LogUnavailable':
      return {
        ...errorAnswer(503, `The event log takes no writes at the moment: ${refusal.reason}`),
        headers: { 'Retry-After': '1' },
      };
  }
}

const outdated = (changed: readonly string[]): string =>
  `Not done: ${changed.join(', ')} changed since the plan that X-Ekiden-Plan names. ` +
  'Ask POST /ekiden/v1/plan again, or leave the header out.';

const tooManyDeployments = (limit: number): string =>
  `Max number (${limit}) of running deployments is achieved. Wait until one has finished, cancel one with ` +
  'DELETE /v2/deployments/{id}, or start with a higher --max_running_deployments.';
