import type { StoredEvent } from '#event-log';
import { readAt } from '../indexing/event-source.js';
import type { LogIndex } from '../indexing/log-index.js';
import { asDomainEvent, term } from '../indexing/terms.js';
import type { CommandSummary, CommandTask, CommandTrace, InstanceOrigin } from '../port.js';
import { commandOf } from './commands.js';
import { findPositions, type Range } from './find-positions.js';
import { pageOf } from './search.js';

/** So many instances of a command are followed at most. */
const FOLLOWED_INSTANCES = 1000;

/** No chain of causes is that long. */
const LONGEST_CHAIN = 100;

const everything = ({ position }: LogIndex): Range => ({ from: 1, to: position, descending: false });

/**
 * What a command led to: whatever carries its correlation id or that of its deployment, begin, steps and end of the
 * deployment, and the lives of the instances that were started, as far as no later command changed them.
 */
export async function traceOf(
  index: LogIndex,
  correlation: string,
  { limit, behind = 0 }: { limit: number; behind?: number },
): Promise<CommandTrace | undefined> {
  const command = await commandOf(index, correlation);
  if (command === undefined) return undefined;
  const positions = new Set(belongingTo(index, command));
  const { instances, complete } = await startedBy(index, positions);
  const tasks: CommandTask[] = [];
  for (const instance of instances) await follow(index, { instance, command }, { positions, tasks });
  const wanted = [...positions].filter((position) => position > behind).toSorted((a, b) => a - b);
  const page = await pageOf(index, { positions: wanted.values(), limit });
  return { command, ...page, tasks, complete };
}

function* belongingTo(index: LogIndex, { id, deploymentId }: CommandSummary): Generator<number> {
  const { file } = index;
  yield* findPositions(file, [term.correlation(id)], everything(index));
  if (deploymentId === undefined) return;
  for (const text of [term.correlation(deploymentId), term.plan(deploymentId)]) {
    yield* findPositions(file, [text], everything(index));
  }
}

async function startedBy(index: LogIndex, positions: ReadonlySet<number>) {
  const scheduled = term.type('InstanceScheduled');
  const sorted = [...positions].toSorted((a, b) => a - b);
  const range = { from: sorted[0] ?? 1, to: sorted.at(-1) ?? 0, descending: false };
  const starts: number[] = [];
  for (const position of findPositions(index.file, [scheduled], range)) {
    if (!positions.has(position)) continue;
    if (starts.length === FOLLOWED_INSTANCES)
      return { instances: await namesAt(index, starts), complete: false };
    starts.push(position);
  }
  return { instances: await namesAt(index, starts), complete: true };
}

async function namesAt({ source }: LogIndex, positions: readonly number[]): Promise<string[]> {
  const events = await readAt(source, positions);
  return events.map(({ data }) => (data as { instanceId: string }).instanceId);
}

/** Adds the events of an instance, and its tasks, until another command has to do with it. */
async function follow(
  index: LogIndex,
  { instance, command }: { readonly instance: string; readonly command: CommandSummary },
  { positions, tasks }: { readonly positions: Set<number>; readonly tasks: CommandTask[] },
): Promise<void> {
  const places = [...findPositions(index.file, [term.subject(`instance:${instance}`)], everything(index))];
  const ours = new Set([command.id, command.deploymentId]);
  for (const event of await readAt(index.source, places)) {
    if (!ours.has(event.correlationId) && isOfOtherCommand(index, event)) continue;
    positions.add(event.position);
    const { type, data } = asDomainEvent(event);
    if (type !== 'InstanceProvisioned') continue;
    const { instanceId, taskId, appId } = data;
    tasks.push({ instanceId, taskId, appId });
  }
}

/** Of a command itself, or of the deployment that it began. */
function isOfOtherCommand(index: LogIndex, { correlationId }: StoredEvent): boolean {
  const begins = [term.command(term.correlation(correlationId)), term.plan(correlationId)];
  return begins.some((text) => findPositions(index.file, [text], everything(index)).next().done !== true);
}

/**
 * The way back from an instance to the command: its newest launch, why it was wanted, and so on from each event to the
 * one that led to it. Where a deployment did, the chain goes on with its begin; where the cluster did, as when a task
 * failed and is replaced, with the definition that asks for so many instances.
 */
export async function originOf(index: LogIndex, instanceId: string): Promise<InstanceOrigin | undefined> {
  const launch = await newestOf(index, [
    term.subject(`instance:${instanceId}`),
    term.type('InstanceProvisioned'),
  ]);
  const wanted = await newestOf(index, [
    term.subject(`instance:${instanceId}`),
    term.type('InstanceScheduled'),
  ]);
  if (wanted === undefined) return undefined;
  const chain = launch === undefined ? [wanted] : [launch, wanted];
  let event: StoredEvent | undefined = wanted;
  while (event !== undefined && chain.length < LONGEST_CHAIN) {
    const command: CommandSummary | undefined = await commandOf(index, event.correlationId);
    if (command !== undefined) {
      if (event.position !== command.position) await addBegin(index, chain, command.position);
      return { instanceId, command, chain };
    }
    event = await leaderTo(index, event);
    if (event !== undefined && !chain.includes(event)) chain.push(event);
  }
  return { instanceId, chain };
}

async function addBegin({ source }: LogIndex, chain: StoredEvent[], position: number): Promise<void> {
  if (!chain.some((one) => one.position === position)) chain.push(...(await readAt(source, [position])));
}

/** What led to an event: its deployment, else the event that caused it, else the definition of its app. */
async function leaderTo(index: LogIndex, event: StoredEvent): Promise<StoredEvent | undefined> {
  const before = event.position - 1;
  const begun = [term.plan(event.correlationId), term.type('DeploymentStarted')];
  const deployment = await newestOf(index, begun, before);
  if (deployment !== undefined) return deployment;
  const cause = event.causationId;
  const causing = cause === null ? undefined : await newestOf(index, [term.id(cause)], before);
  if (causing !== undefined) return causing;
  const { appId } = event.data as { appId?: string };
  return appId === undefined ? undefined : newestOf(index, [term.definition(appId)], before);
}

async function newestOf(
  { file, source, position }: LogIndex,
  terms: readonly string[],
  to = position,
): Promise<StoredEvent | undefined> {
  const newest = findPositions(file, terms, { from: 1, to, descending: true }).next();
  return newest.done === true ? undefined : (await readAt(source, [newest.value]))[0];
}
