import {
  isActive,
  isScheduled,
  isTerminal,
  type Instance,
  type QueueItem,
  type RecordedEvent,
} from '#domain';
import type { CommandSummary } from '../port.js';
import { told, type Explanation, type Sentence, type Standing } from './explanation.js';
import { goalReason, killReason, unreachableText } from './reasons.js';
import { waitingSentences, type Session } from './waiting.js';
import { funnelOf } from './funnel.js';
import { duration, list, lowered, sentence, who } from './words.js';

/** What is known of one instance. */
export interface InstanceFacts {
  readonly instanceId: string;
  /** Every event about it, oldest first; never empty. */
  readonly events: readonly RecordedEvent[];
  /** The instance, unless its record is gone. */
  readonly instance?: Instance;
  /** The command that led to it, if one did. */
  readonly origin?: CommandSummary;
  /** Its app in the launch queue, if it waits there. */
  readonly queued?: QueueItem;
  readonly session: Session;
  /** Epoch ms. */
  readonly nowMs: number;
}

/** Why an instance runs where it runs, why it waits, or why it ended (`spec/operations.md` §19). */
export function explainInstance(facts: InstanceFacts): Explanation {
  const { instanceId, events, instance, queued, session } = facts;
  const life = events.flatMap((event) => sentencesOf(event, facts));
  const waits = instance !== undefined && isScheduled(instance);
  const waiting = waits ? waitingSentences(queued, session) : [];
  const state = standingOf(instance);
  return {
    id: instanceId,
    state,
    summary: summaryOf(facts, state, [...life, ...waiting]),
    sentences: [...life, ...waiting],
    ...(waits && queued !== undefined ? { funnel: funnelOf(queued) } : {}),
  };
}

function standingOf(instance: Instance | undefined): Standing {
  if (instance === undefined) return 'ended';
  const { condition, goal } = instance;
  if (condition === 'Unreachable' || condition === 'UnreachableInactive') return 'unreachable';
  if (isScheduled(instance)) return 'waiting';
  if (goal !== 'Running' && isTerminal(condition)) return 'ended';
  return condition === 'Running' || condition === 'Killing' ? 'running' : 'starting';
}

function summaryOf({ instance, events, nowMs }: InstanceFacts, state: Standing, told_: Sentence[]): string {
  const last = (...kinds: Sentence['kind'][]): string | undefined =>
    told_.findLast(({ kind }) => kinds.includes(kind))?.text;
  switch (state) {
    case 'ended':
      return sentence(
        `It has ended: ${lowered(last('kill') ?? last('failure', 'end') ?? 'its record is gone')}`,
      );
    case 'unreachable':
      return sentence(last('placement', 'end') ?? 'Its agent is out of reach');
    case 'waiting':
      return sentence(last('connection', 'delay', 'waiting') ?? 'It waits for an offer');
    default: {
      const { agent, sinceMs } = instance!;
      const span = duration(nowMs - sinceMs);
      const doing = state === 'running' ? 'running' : 'starting';
      const leaving =
        instance!.goal === 'Running' ? '' : `, and is being stopped: ${lowered(last('kill') ?? '')}`;
      const restarts = events.filter(({ type }) => type === 'InstanceProvisioned').length - 1;
      const again = restarts > 0 ? ` after ${restarts === 1 ? 'one restart' : `${restarts} restarts`}` : '';
      return sentence(`It has been ${doing} on ${agent?.host ?? 'no agent'} for ${span}${again}${leaving}`);
    }
  }
}

type About<T extends RecordedEvent['type']> = Extract<RecordedEvent, { type: T }>;

function sentencesOf(event: RecordedEvent, facts: InstanceFacts): Sentence[] {
  switch (event.type) {
    case 'InstanceScheduled':
      return [told('demand', demandText(event, facts.origin), event)];
    case 'InstanceProvisioned':
      return [told('placement', placementText(event, facts.instance), event)];
    case 'TaskStatusChanged':
      return statusSentences(event);
    case 'InstanceBecameInactive':
      return [told('end', 'Its agent stayed out of reach, so that a replacement was asked for.', event)];
    case 'InstanceGoalChanged':
      return [told('kill', goalReason(event.data.reason), event)];
    case 'InstanceKillRequested':
      return [told('kill', killReason(event.data), event)];
    case 'HealthCheckFailed':
      return [told('health', `A health check failed: ${sentence(event.data.cause)}`, event)];
    case 'HealthCheckPassed':
      return [told('health', 'A health check passed.', event)];
    case 'ReadinessChecked':
      return [told('health', event.data.readiness.ready ? 'It is ready.' : 'It is not ready yet.', event)];
    case 'InstanceExpunged':
      return [told('end', 'Its record was removed.', event)];
    case 'UnknownInstanceTerminated':
      return [told('end', 'A task of it that nothing was known of came to light and ended.', event)];
    default:
      return [];
  }
}

function demandText({ data }: About<'InstanceScheduled'>, origin: CommandSummary | undefined): string {
  const { appId, version, deploymentId } = data;
  const wanted = `Another instance of ${appId} (version ${version}) was wanted`;
  const asked = origin === undefined ? '' : `, because ${who(origin.actor)} ${origin.summary}`;
  return sentence(`${wanted}${deploymentId === undefined ? '' : ` by deployment ${deploymentId}`}${asked}`);
}

function placementText({ data }: About<'InstanceProvisioned'>, instance: Instance | undefined): string {
  const { agent, incarnation, hostPorts } = data;
  const rules = (instance?.app.constraints ?? []).map((constraint) => `[${constraint.join(' ')}]`);
  const where = [agent.region, agent.zone].filter((part) => part !== undefined).join('/');
  const ports =
    hostPorts.length === 0 ? '' : `, ${hostPorts.length === 1 ? 'port' : 'ports'} ${hostPorts.join(', ')}`;
  const kept = rules.length === 0 ? '' : `, and keeps ${list(rules)}`;
  const nth = incarnation > 1 ? `Start number ${incarnation}: placed` : 'Placed';
  return sentence(
    `${nth} on ${agent.host}${where === '' ? '' : ` (${where})`}${ports}: an offer of that agent had what it needs${kept}`,
  );
}

function statusSentences(event: About<'TaskStatusChanged'>): Sentence[] {
  const { data } = event;
  const { condition, state, message, reason, conditionChanged } = data;
  if (!conditionChanged) return [];
  if (condition === 'Running') return [told('placement', `It runs on ${data.host ?? 'its agent'}.`, event)];
  if (condition === 'Unreachable') return [told('end', unreachableText(data.host), event)];
  if (!isTerminal(condition) || isActive(condition)) return [];
  const because = [message, reason].filter((part) => part !== undefined && part !== '').join('; ');
  const kind = condition === 'Killed' || condition === 'Finished' ? 'end' : 'failure';
  return [told(kind, sentence(`Its task ended as ${state}${because === '' ? '' : `: ${because}`}`), event)];
}
