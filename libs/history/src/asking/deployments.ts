import { affectedApps, type EventData, type Plan } from '#domain';
import type { StoredEvent } from '#event-log';
import { readAt } from '../indexing/event-source.js';
import { failureIn } from '../indexing/gathering.js';
import type { LogIndex } from '../indexing/log-index.js';
import { asDomainEvent, term, termNumber } from '../indexing/terms.js';
import type {
  DeploymentPage,
  DeploymentQuery,
  DeploymentRecord,
  DeploymentStepRecord,
  FailurePage,
  FailureRecord,
  RangeQuery,
  ReadinessRecord,
} from '../port.js';
import { findPositions } from './find-positions.js';
import { pageOf, rangeOf, take } from './search.js';

/** A page ends with the deployment that brings it above so many actions. */
const PAGE_ACTIONS = 5000;

/** So many failures of one deployment are listed at most. */
const LISTED_FAILURES = 1000;

/** Failures of tasks of an app, newest first. */
export async function failures(index: LogIndex, appId: string, page: RangeQuery): Promise<FailurePage> {
  const positions = findPositions(index.file, [term.failure(appId)], rangeOf(page, index.position));
  const accepts = (event: StoredEvent): boolean => failureIn(event)?.appId === appId;
  const { events, next } = await pageOf(index, { positions, limit: page.limit, accepts });
  const found = events.flatMap(recordOf);
  return next === undefined ? { failures: found } : { failures: found, next };
}

function recordOf(event: StoredEvent): FailureRecord[] {
  const failure = failureIn(event);
  if (failure === undefined) return [];
  return [
    { ...failure, instanceId: (event.data as { instanceId: string }).instanceId, position: event.position },
  ];
}

/** Deployments by where they began, newest first. */
export async function deployments(index: LogIndex, query: DeploymentQuery): Promise<DeploymentPage> {
  const found: DeploymentRecord[] = [];
  let newest = 0;
  let actions = 0;
  for (const begin of beginsOf(index, query)) {
    if (found.length >= query.limit || actions > PAGE_ACTIONS) return { deployments: found, next: newest };
    const record = await deploymentAt(index, begin);
    if (record === undefined) continue;
    found.push(record);
    newest = begin;
    actions += record.steps.reduce((sum, step) => sum + step.actions.length, 0);
  }
  return { deployments: found };
}

function* beginsOf(index: LogIndex, query: DeploymentQuery): Generator<number> {
  const running = new Set(index.file.running());
  const text = query.app === undefined ? term.anyDeployment : term.deployment(`app:${query.app}`);
  const range = rangeOf(query, index.position);
  const oldest = query.state === 'running' ? Math.min(...running) : range.from;
  for (const begin of findPositions(index.file, [text], { ...range, from: Math.max(range.from, oldest) })) {
    if (query.state === 'all' || running.has(begin) === (query.state === 'running')) yield begin;
  }
}

/** One deployment with the failures while it ran. */
export async function deploymentOf(
  index: LogIndex,
  id: string,
): Promise<(DeploymentRecord & { readonly failed: readonly FailureRecord[] }) | undefined> {
  const range = { from: 1, to: index.position, descending: false };
  const [begin] = take(findPositions(index.file, [term.deployment(`deployment:${id}`)], range), 1);
  const record = begin === undefined ? undefined : await deploymentAt(index, begin);
  if (record?.id !== id) return undefined;
  const places = take(findPositions(index.file, [term.failuresOf(id)], range), LISTED_FAILURES);
  const failed = await readAt(index.source, places);
  return { ...record, failed: failed.flatMap(recordOf) };
}

async function deploymentAt(index: LogIndex, begin: number): Promise<DeploymentRecord | undefined> {
  const [started] = await readAt(index.source, [begin]);
  if (started?.type !== 'DeploymentStarted') return undefined;
  const { plan } = started.data as EventData['DeploymentStarted'];
  const range = { from: begin, to: index.position, descending: false };
  const events = await readAt(index.source, [...findPositions(index.file, [term.plan(plan.id)], range)]);
  return {
    id: plan.id,
    version: plan.version,
    ...outcomeOf(events),
    startedAt: started.time,
    initiator: started.actor,
    command: started.correlationId,
    affectedApps: [...affectedApps(plan)],
    steps: stepsOf(plan, events),
    readiness: await readinessOf(index, plan.id),
    failures: index.file.count(termNumber(term.failuresOf(plan.id))),
  };
}

function outcomeOf(events: readonly StoredEvent[]): Pick<DeploymentRecord, 'state' | 'reason' | 'endedAt'> {
  for (const stored of events) {
    const { type, data } = asDomainEvent(stored);
    if (type === 'DeploymentSucceeded') return { state: 'succeeded', endedAt: stored.time };
    if (type === 'DeploymentFailed') return { state: 'failed', reason: data.reason, endedAt: stored.time };
  }
  return { state: 'running' };
}

/**
 * When each step began and ended. An event that goes from one step to a later one passes those between in that moment
 * (`EventData.DeploymentStepStarted`).
 */
function stepsOf(plan: Plan, events: readonly StoredEvent[]): DeploymentStepRecord[] {
  const times = plan.steps.map((): { startedAt?: number; endedAt?: number } => ({}));
  const pass = (from: number, to: number, time: number): void => {
    for (let step = Math.max(from, 1); step < to; step += 1) {
      const passed = times[step - 1];
      if (passed === undefined) continue;
      passed.startedAt ??= time;
      passed.endedAt = time;
    }
  };
  for (const stored of events) {
    const { type, data } = asDomainEvent(stored);
    if (type === 'DeploymentStepStarted') {
      pass(data.from, data.step, stored.time);
      const begun = times[data.step - 1];
      if (begun !== undefined) begun.startedAt = stored.time;
    } else if (type === 'DeploymentSucceeded') pass(data.from, plan.steps.length + 1, stored.time);
  }
  return plan.steps.map(({ actions }, step) => ({ actions, ...times[step] }));
}

/** The newest result of each instance. */
async function readinessOf(index: LogIndex, deploymentId: string): Promise<ReadinessRecord[]> {
  const range = { from: 1, to: index.position, descending: false };
  const places = [...findPositions(index.file, [term.readiness(deploymentId)], range)];
  const results = new Map<string, ReadinessRecord>();
  for (const stored of await readAt(index.source, places)) {
    const { instanceId, appId, readiness } = stored.data as EventData['ReadinessChecked'];
    results.set(instanceId, { instanceId, appId, time: stored.time, ...readiness });
  }
  return [...results.values()];
}
