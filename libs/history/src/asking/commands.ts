import type { AppDefinition } from '#domain';
import type { StoredEvent } from '#event-log';
import { commandSummary } from '../describing/command-summary.js';
import { concernsOf } from '../describing/subjects-of.js';
import { readAt } from '../indexing/event-source.js';
import type { LogIndex } from '../indexing/log-index.js';
import { asDomainEvent, commonTerms, isOfCommand, term, termNumber } from '../indexing/terms.js';
import type { CommandPage, CommandSummary, HistoryQuery } from '../port.js';
import { findAnyOf, findPositions } from './find-positions.js';
import { queryTerms, rangeOf } from './search.js';

/** So many events of a command are looked at for its summary at most. */
const LOOKED_AT = 256;

/** A page of commands, each by where it begins; a query holds for a command if its own events fulfil it together. */
export async function commands(index: LogIndex, query: HistoryQuery): Promise<CommandPage> {
  const { all, any } = queryTerms(query);
  const terms = { all: [term.anyCommand, ...all.map(term.command)], any: any.map(term.command) };
  const positions = findAnyOf(index.file, terms, rangeOf(query, index.position));
  const found: CommandSummary[] = [];
  for (const begin of positions) {
    const own = await ownEvents(index, begin);
    if (!fulfils(own, { all, any })) continue;
    const last = found.at(-1);
    if (last !== undefined && found.length >= query.limit) return { commands: found, next: last.position };
    found.push(await commandOfEvents(index, own));
  }
  return { commands: found };
}

/** Whether the events of a command have what was asked for: the index may take another text for it. */
function fulfils(own: readonly StoredEvent[], { all, any }: ReturnType<typeof queryTerms>): boolean {
  if (own.length >= LOOKED_AT) return true;
  const terms = new Set(own.flatMap(commonTerms));
  return all.every((text) => terms.has(text)) && (any.length === 0 || any.some((text) => terms.has(text)));
}

/** The command with this correlation id. */
export async function commandOf(index: LogIndex, correlation: string): Promise<CommandSummary | undefined> {
  const range = { from: 1, to: index.position, descending: false };
  for (const position of findPositions(index.file, [term.command(term.correlation(correlation))], range)) {
    const [event] = await readAt(index.source, [position]);
    if (event?.correlationId === correlation) return commandAt(index, position);
  }
  return undefined;
}

/** The command that begins at a position. */
async function commandAt(index: LogIndex, position: number): Promise<CommandSummary> {
  return commandOfEvents(index, await ownEvents(index, position));
}

async function commandOfEvents(index: LogIndex, own: readonly StoredEvent[]): Promise<CommandSummary> {
  const [first] = own as [StoredEvent];
  const { position } = first;
  const events = own.map(asDomainEvent);
  const former = await formerDefinitions(index, events, position);
  const deploymentId = deploymentOf(events);
  const belonging = [first.correlationId, deploymentId]
    .filter((id) => id !== undefined)
    .map((id) => term.correlation(id));
  return {
    id: first.correlationId,
    time: first.time,
    actor: first.actor,
    position,
    last: Math.max(...belonging.map((text) => lastOf(index, text))),
    events: belonging.reduce((sum, text) => sum + index.file.count(termNumber(text)), 0),
    summary: commandSummary(events, (appId) => former.get(appId)),
    subjects: subjectsOfCommand(events),
    ...(deploymentId === undefined ? {} : { deploymentId }),
  };
}

/** The events that the command was decided to be, as far as they are looked at. */
async function ownEvents({ source }: LogIndex, position: number): Promise<readonly StoredEvent[]> {
  let own: readonly StoredEvent[] = [];
  for (let limit = 4; limit <= LOOKED_AT; limit *= 4) {
    const events = await source.read(position - 1, limit);
    const correlation = events[0]?.correlationId;
    const end = events.findIndex((one) => one.correlationId !== correlation || !isOfCommand(one));
    own = events.slice(0, end < 0 ? undefined : end);
    if (own.length < events.length || events.length < limit) break;
  }
  if (own.length === 0) throw new Error(`there is no command at ${position}`);
  return own;
}

type Events = readonly ReturnType<typeof asDomainEvent>[];

function deploymentOf(events: Events): string | undefined {
  for (const { type, data } of events) if (type === 'DeploymentStarted') return data.plan.id;
  return undefined;
}

/** The definitions that updated apps had before, where one app alone is told of. */
async function formerDefinitions(index: LogIndex, events: Events, position: number) {
  const former = new Map<string, AppDefinition>();
  const updated = events.flatMap((event) => (event.type === 'AppUpdated' ? [event.data] : []));
  for (const kind of ['scale', 'configuration'] as const) {
    const [only, another] = updated.filter(({ change }) => change === kind);
    if (only === undefined || another !== undefined) continue;
    const definition = await definitionBefore(index, only.app.id, position);
    if (definition !== undefined) former.set(only.app.id, definition);
  }
  return former;
}

/** The definition that an app had right before a position. */
export async function definitionBefore(
  index: LogIndex,
  appId: string,
  position: number,
): Promise<AppDefinition | undefined> {
  const range = { from: 1, to: position - 1, descending: true };
  for (const at of findPositions(index.file, [term.definition(appId)], range)) {
    const [stored] = await readAt(index.source, [at]);
    const event = stored && asDomainEvent(stored);
    if (event?.type === 'AppDeleted' && event.data.appId === appId) return undefined;
    const isDefinition = event?.type === 'AppCreated' || event?.type === 'AppUpdated';
    if (isDefinition && event.data.app.id === appId) return event.data.app;
  }
  return undefined;
}

function lastOf({ file, position }: LogIndex, text: string): number {
  const newest = findPositions(file, [text], { from: 1, to: position, descending: true }).next();
  return newest.done === true ? 0 : newest.value;
}

/** Apps and groups that a command touched, by name and without the groups above them. */
function subjectsOfCommand(events: Events): string[] {
  const subjects = new Set<string>();
  for (const event of events) {
    const concerns = concernsOf(event);
    if (concerns === undefined) continue;
    const { apps, groups, deployment, other, whole } = concerns;
    for (const app of apps) subjects.add(`app:${app}`);
    for (const group of groups) subjects.add(`group:${group}`);
    if (deployment !== undefined && event.type === 'DeploymentFailed')
      subjects.add(`deployment:${deployment}`);
    if (other !== undefined) subjects.add(other);
    if (whole === 'framework') subjects.add(whole);
  }
  return [...subjects];
}
