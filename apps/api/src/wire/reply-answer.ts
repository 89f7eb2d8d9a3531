import type { Accepted, ApiCommand, Reply, WebhookStored } from '#domain';
import { extendJson, writeSubmittedAppJson } from '#bus-events';
import { jsonAnswer, valueAnswer, type Answer } from './answer.js';
import { refusalAnswer } from './refusal-answer.js';
import { NO_TASKS, writeCountMembers } from './task-counts.js';
import { writeTaskJson } from './task-json.js';
import { webhookJson } from './webhook-json.js';

/** What a reply means in HTTP (`spec/rest-api.md` §5.1, §7, §8.5, §9, §11). `baseUrl` starts `Location` headers. */
export function replyAnswer(command: ApiCommand, reply: Reply, baseUrl: string): Answer {
  switch (reply.kind) {
    case 'accepted':
      return acceptedAnswer(command, reply, baseUrl);
    case 'killed':
      return killedAnswer(
        command,
        reply.instances.filter(({ task }) => task !== undefined).map((one) => writeTaskJson(one)),
      );
    case 'planned':
      return valueAnswer({ steps: reply.plan.steps });
    case 'done':
      return { status: DONE_STATUS[command.type] ?? 204 };
    case 'webhook':
      return webhookAnswer(command, reply, baseUrl);
    case 'callback': {
      const { kind: _, ...event } = reply;
      return valueAnswer(event);
    }
    case 'refused':
      return refusalAnswer(reply, command.type);
  }
}

/** What is done without anything to tell, where it is not 204. */
const DONE_STATUS: Partial<Record<ApiCommand['type'], number>> = { CancelDeployment: 202, PatchGroup: 200 };

function webhookAnswer(command: ApiCommand, { webhook, created }: WebhookStored, baseUrl: string): Answer {
  const body = JSON.stringify(webhookJson(webhook));
  if (created === true)
    return jsonAnswer(201, body, { Location: `${baseUrl}/ekiden/v1/webhooks/${webhook.id}` });
  return jsonAnswer(command.type === 'RedeliverWebhook' ? 202 : 200, body);
}

function acceptedAnswer(command: ApiCommand, reply: Accepted, baseUrl: string): Answer {
  const headers = { 'Marathon-Deployment-Id': reply.deploymentId };
  if (command.type === 'CreateApp' && reply.submitted !== undefined) {
    const members = `${writeCountMembers(NO_TASKS)},"deployments":[{"id":${JSON.stringify(reply.deploymentId)}}]`;
    const body = extendJson(writeSubmittedAppJson(reply.submitted), members);
    return jsonAnswer(201, body, { Location: baseUrl + reply.submitted.id, ...headers });
  }
  const body = JSON.stringify({ version: reply.version, deploymentId: reply.deploymentId });
  if (command.type === 'CreateGroup' && reply.groupId !== undefined) {
    return jsonAnswer(201, body, { Location: baseUrl + reply.groupId, ...headers });
  }
  return command.type === 'PutApp' && reply.created === true
    ? jsonAnswer(201, body, { Location: baseUrl + command.appId, ...headers })
    : jsonAnswer(200, body, headers);
}

/** One task asked by name is answered as an object, anything else as a list. */
function killedAnswer(command: ApiCommand, tasks: readonly string[]): Answer {
  const named =
    command.type === 'KillTasks' && 'taskId' in command.selection && command.selection.taskId !== undefined;
  const [first] = tasks;
  return named && first !== undefined
    ? jsonAnswer(200, `{"task":${first}}`)
    : jsonAnswer(200, `{"tasks":[${tasks.join(',')}]}`);
}
