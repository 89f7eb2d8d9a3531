import type { DomainEvent } from '#domain';
import type { StoredEvent } from '#event-log';
import { isChange, subjectsOf } from '../describing/subjects-of.js';

/**
 * What events can be found by, as texts; each is a list of positions in the index. Those of commands and deployments
 * (`command`, `deployment`) are lists of the positions where they begin.
 */
export const term = {
  change: 'change',
  subject: (subject: string): string => subject,
  stream: (stream: string): string => `stream ${stream}`,
  type: (type: string): string => `type ${type}`,
  actor: (name: string): string => `actor ${name}`,
  correlation: (id: string): string => `correlation ${id}`,
  causedBy: (eventId: string): string => `cause ${eventId}`,
  id: (eventId: string): string => `id ${eventId}`,
  /** Events after which an app has another definition, or none. */
  definition: (appId: string): string => `definition ${appId}`,
  /** Begin, steps and end of a deployment. */
  plan: (deploymentId: string): string => `plan ${deploymentId}`,
  /** What became of the readiness of its instances. */
  readiness: (deploymentId: string): string => `readiness ${deploymentId}`,
  /** Failures of its apps while it ran. */
  failuresOf: (deploymentId: string): string => `failures ${deploymentId}`,
  failure: (appId: string): string => `failure ${appId}`,
  anyCommand: 'command',
  command: (of: string): string => `command ${of}`,
  anyDeployment: 'deployment',
  deployment: (of: string): string => `deployment ${of}`,
};

/** An event of the log as the domain wrote it. */
export const asDomainEvent = (event: StoredEvent): DomainEvent => event as unknown as DomainEvent;

/** Streams whose name is no subject, or that of more than the stream. */
const needsStreamTerm = (stream: string): boolean => !stream.startsWith('instance:');

/** What an event is found by. */
export function termsOf(event: StoredEvent): string[] {
  const terms = [...commonTerms(event), term.id(event.id)];
  if (event.causationId !== null) terms.push(term.causedBy(event.causationId));
  const { type, data } = asDomainEvent(event);
  if (type === 'AppCreated' || type === 'AppUpdated') terms.push(term.definition(data.app.id));
  else if (type === 'AppDeleted') terms.push(term.definition(data.appId));
  else if (isDeployment(type)) terms.push(term.plan((data as { plan: { id: string } }).plan.id));
  return terms;
}

/** What a command is found by through one of its events, too. */
export function commonTerms(event: StoredEvent): string[] {
  const terms = [
    ...subjectsOf(asDomainEvent(event)),
    term.type(event.type),
    term.correlation(event.correlationId),
  ];
  for (const name of actorNames(event)) terms.push(term.actor(name));
  if (needsStreamTerm(event.stream)) terms.push(term.stream(event.stream));
  if (isChange(event)) terms.push(term.change);
  return terms;
}

/** All that an actor is known by. */
export function actorNames({ actor }: StoredEvent): ReadonlySet<string> {
  const { kind, name, address, onBehalfOf } = actor;
  return new Set([kind, name, address, onBehalfOf].filter((text) => text !== undefined));
}

export const isDeployment = (type: string): boolean => type.startsWith('Deployment');

/**
 * Whether an event is what a client's command was decided to be, and not what followed from it. What a command that was
 * refused left on the log is none: refusals are kept elsewhere.
 */
export const isOfCommand = ({ actor, causationId, type }: StoredEvent): boolean =>
  causationId === null &&
  (actor.kind === 'user' || actor.kind === 'import') &&
  type !== 'RootGroupChangeRefused';

/**
 * A number for a text, the same on every machine: 52 bits (cyrb53 by bryc, public domain). Different texts hardly ever
 * share one, and what is found is compared with what was asked for, so that it would not matter.
 */
export function termNumber(text: string): number {
  let one = 0xdeadbeef;
  let two = 0x41c6ce57;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    one = Math.imul(one ^ code, 2654435761);
    two = Math.imul(two ^ code, 1597334677);
  }
  one = Math.imul(one ^ (one >>> 16), 2246822507) ^ Math.imul(two ^ (two >>> 13), 3266489909);
  two = Math.imul(two ^ (two >>> 16), 2246822507) ^ Math.imul(one ^ (one >>> 13), 3266489909);
  return 2 ** 32 * (0xfffff & two) + (one >>> 0);
}
