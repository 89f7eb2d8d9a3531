import {
  formatTimestamp,
  type AppDefinition,
  type Deployment,
  type Instance,
  type QueueItem,
  type TaskFailure,
} from '#domain';
import type { CommandSummary } from '../port.js';
import { deploymentText } from './deployment-wait.js';
import type { Explanation, Sentence, Standing } from './explanation.js';
import { funnelOf } from './funnel.js';
import { tallyOf, type Tally } from './tally.js';
import { waitingSentences, type Session } from './waiting.js';
import { are, count, list, lowered, sentence, who } from './words.js';

/** What is known of one app. */
export interface AppFacts {
  readonly app: AppDefinition;
  readonly instances: readonly Instance[];
  /** Deployments under way that touch it, each with the command behind it if known. */
  readonly deployments: readonly { readonly deployment: Deployment; readonly command?: CommandSummary }[];
  readonly lastFailure?: TaskFailure;
  /** The last command that changed it. */
  readonly lastChange?: CommandSummary;
  readonly queued?: QueueItem;
  readonly session: Session;
}

/** Why an app is as it is (`spec/operations.md` §19). */
export function explainApp(facts: AppFacts): Explanation {
  const { app, queued, deployments } = facts;
  const tally = tallyOf(app, facts.instances);
  const waiting = tally.waiting > 0 ? waitingSentences(queued, facts.session) : [];
  const rollouts = deployments.map(({ deployment, command }) =>
    rollout(deployment, command, app, facts.instances),
  );
  const sentences = [
    ...demand(facts),
    ...standing(tally, app),
    ...rollouts,
    ...waiting,
    ...failure(facts, tally),
  ];
  const state = stateOf(facts, tally);
  return {
    id: app.id,
    state,
    summary: summaryOf(facts, { state, tally, waiting, rollouts }),
    sentences,
    ...(tally.waiting > 0 && queued !== undefined ? { funnel: funnelOf(queued) } : {}),
  };
}

function demand({ app, lastChange }: AppFacts): Sentence[] {
  const wanted = `${count(app.instances, 'instance')} ${are(app.instances)} wanted`;
  if (lastChange === undefined) return [{ kind: 'demand', text: sentence(wanted), time: app.version }];
  const { actor, summary, time, position } = lastChange;
  const text = sentence(`${wanted}; the last change: ${who(actor)} ${summary}`);
  return [{ kind: 'demand', text, time: formatTimestamp(time), position }];
}

function standing(tally: Tally, app: AppDefinition): Sentence[] {
  const { good, unready, unhealthy, unknownHealth, starting, waiting, unreachable, leaving } = tally;
  const checked = app.healthChecks.length > 0;
  const parts = [
    good > 0 && `${good} ${good === 1 ? 'runs' : 'run'}${checked ? ' and pass the health checks' : ''}`,
    unready > 0 && `${unready} ${are(unready)} not ready yet`,
    unhealthy > 0 && `${unhealthy} ${are(unhealthy)} unhealthy`,
    unknownHealth > 0 && `${unknownHealth} ${are(unknownHealth)} running, with health checks still to report`,
    starting > 0 && `${starting} ${are(starting)} starting`,
    waiting > 0 && `${waiting} ${waiting === 1 ? 'waits' : 'wait'} to be launched`,
    unreachable > 0 && `${unreachable} ${are(unreachable)} out of reach`,
    leaving > 0 && `${leaving} ${are(leaving)} being stopped`,
  ].filter((part) => part !== false);
  if (parts.length === 0) return [];
  const kind = unhealthy > 0 ? 'health' : 'placement';
  return [{ kind, text: sentence(`Of its instances ${list(parts)}`) }];
}

function rollout(
  deployment: Deployment,
  command: CommandSummary | undefined,
  app: AppDefinition,
  instances: readonly Instance[],
): Sentence {
  const starter = command === undefined ? '' : ` (${who(command.actor)} ${command.summary})`;
  return {
    kind: 'deployment',
    text: `Deployment ${deployment.plan.id}${starter} ${deploymentText(deployment, app, instances)}`,
    time: formatTimestamp(deployment.startedAtMs),
  };
}

/** A failure of an older version explains nothing of the present, unless something is amiss. */
function failure({ app, lastFailure }: AppFacts, tally: Tally): Sentence[] {
  if (lastFailure === undefined) return [];
  const isFine = tally.good === tally.wanted;
  if (isFine && lastFailure.version !== app.version) return [];
  const { state, host, message, taskId, timestamp } = lastFailure;
  const text = sentence(
    `The last failure: ${taskId} on ${host} ended as ${state}${message === '' ? '' : `: ${message}`}`,
  );
  return [{ kind: 'failure', text, time: timestamp }];
}

function stateOf({ deployments, queued }: AppFacts, tally: Tally): Standing {
  if (tally.waiting > 0) return (queued?.delay.timeLeftSeconds ?? 0) > 0 ? 'delayed' : 'waiting';
  if (deployments.length > 0) return 'deploying';
  if (tally.unhealthy > 0) return 'unhealthy';
  if (tally.unreachable > 0) return 'unreachable';
  if (tally.starting > 0) return 'starting';
  return tally.wanted === 0 ? 'suspended' : 'running';
}

interface Findings {
  readonly state: Standing;
  readonly tally: Tally;
  readonly waiting: readonly Sentence[];
  readonly rollouts: readonly Sentence[];
}

function summaryOf(
  { app, lastChange, lastFailure }: AppFacts,
  { state, tally, waiting, rollouts }: Findings,
): string {
  const of = `${tally.good} of ${count(tally.wanted, 'instance')} of ${app.id} ${tally.good === 1 ? 'runs' : 'run'}`;
  switch (state) {
    case 'waiting':
    case 'delayed':
      return `${of}${replacing(tally)}: ${lowered(waiting.at(-1)?.text ?? 'It waits for an offer.')}`;
    case 'deploying':
      return `${of}. ${rollouts[0]?.text ?? ''}`;
    case 'unhealthy':
      return `${of}; ${tally.unhealthy} ${are(tally.unhealthy)} unhealthy${causeOf(lastFailure)}.`;
    case 'suspended':
      return sentence(
        `${app.id} is suspended: it is to have no instances` +
          (lastChange === undefined ? '' : `, since ${who(lastChange.actor)} ${lastChange.summary}`),
      );
    case 'unreachable':
      return `${of}; ${tally.unreachable} ${are(tally.unreachable)} on agents that are out of reach.`;
    case 'starting':
      return `${of}; ${tally.starting} ${are(tally.starting)} starting.`;
    default:
      return `${of}${app.healthChecks.length > 0 ? ' and pass the health checks' : ''}.`;
  }
}

/** In a roll-out those that run are the old ones, and those that wait come in addition. */
const replacing = ({ good, wanted, waiting }: Tally): string =>
  good < wanted ? '' : `, and ${waiting} more ${waiting === 1 ? 'waits' : 'wait'} to take their place`;

const causeOf = (last: TaskFailure | undefined): string =>
  last?.state === 'TASK_KILLED' ? ` (the last one was killed for it: ${last.message})` : '';
