import { createApp } from '../apps/create-app.js';
import { deleteApp } from '../apps/delete-app.js';
import { createGroup, deleteGroup, patchGroup, putGroup } from '../apps/group-commands.js';
import { restartApp } from '../apps/restart-app.js';
import { patchApp, putApp } from '../apps/update-app.js';
import { rollbackApp, rollbackGroup } from '../apps/rollback.js';
import { updateApps } from '../apps/update-apps.js';
import type { Offer } from '../cluster/mesos-shapes.js';
import type { ApiCommand, Reply, SchedulerCommand } from '../commands/command.js';
import { cancel } from '../deployments/cancel.js';
import { killAndScale, killTasks } from '../instances/kill-tasks.js';
import { reportHealth } from '../instances/health/report-health.js';
import { reportReadiness } from '../instances/readiness.js';
import { receiveStatus } from '../instances/receive-status.js';
import { lookForAgents } from './ask-for-offers.js';
import { resetDelay } from './reset-delay.js';
import { launchFailed, launchUncertain } from './launch-outcome.js';
import { connected, disconnected } from './session.js';
import { tick } from './tick.js';
import { reportWebhook } from '../webhooks/report-webhook.js';
import { decideWebhook } from '../webhooks/webhook-commands.js';
import type { Turn } from './turn.js';

/**
 * Decides one command of the API against the state of the turn. A refusal has changed nothing, apart from
 * the record that a change of the tree was refused where subscribers are told so.
 */
export function decideApiCommand(turn: Turn, command: ApiCommand): Reply {
  switch (command.type) {
    case 'CreateApp':
      return createApp(turn, command);
    case 'PutApp':
      return putApp(turn, command);
    case 'PatchApp':
      return patchApp(turn, command);
    case 'UpdateApps':
      return updateApps(turn, command);
    case 'RollbackApp':
      return rollbackApp(turn, command);
    case 'DeleteApp':
      return deleteApp(turn, command);
    case 'RestartApp':
      return restartApp(turn, command);
    case 'CreateGroup':
      return createGroup(turn, command);
    case 'PutGroup':
      return putGroup(turn, command);
    case 'RollbackGroup':
      return rollbackGroup(turn, command);
    case 'PatchGroup':
      return patchGroup(turn, command);
    case 'DeleteGroup':
      return deleteGroup(turn, command);
    case 'KillTasks':
      return killTasks(turn, command.selection, command.wipe);
    case 'KillAndScale':
      return killAndScale(turn, command.selection, command.force);
    case 'CancelDeployment':
      return cancel(turn, command);
    case 'ResetDelay':
      return resetDelay(turn, command.appId);
    default:
      return decideWebhook(turn, command);
  }
}

/** Offers are to be answered; what they tell of their agents is remembered for those who plan. */
function receiveOffers({ runtime, nowMs }: Turn, offers: readonly Offer[]): void {
  runtime.offers.receive(offers);
  for (const offer of offers) runtime.agents.saw(offer, nowMs);
}

/** Takes in what the cluster or the clock tells. */
export function decideSchedulerCommand(turn: Turn, command: SchedulerCommand): void {
  switch (command.type) {
    case 'SchedulerConnected':
      return connected(turn, command);
    case 'SchedulerLost':
      return disconnected(turn, command.reason);
    case 'ReceiveOffers':
      // Offers of a session that is over are worth nothing.
      if (turn.runtime.connected) receiveOffers(turn, command.offers);
      return;
    case 'LookForAgents':
      return lookForAgents(turn);
    case 'AgentRemoved':
      return turn.runtime.agents.forget(command.agentId);
    case 'ReceiveStatus':
      return receiveStatus(turn, command.status);
    case 'LaunchFailed':
      return launchFailed(turn, command.taskIds);
    case 'LaunchUncertain':
      return launchUncertain(turn, command.taskIds);
    case 'ReportHealth':
      return reportHealth(turn, command);
    case 'ReportReadiness':
      return reportReadiness(turn, command);
    case 'ReportWebhook':
      return reportWebhook(turn, command.webhookId, command.report);
    case 'Tick':
      return tick(turn);
  }
}
