import { failureOf, unhealthyFailureOf, affectedApps, type TaskFailure } from '#domain';
import type { StoredEvent } from '#event-log';
import { auditedText, chained } from '../audit/audit-line.js';
import { subjectsOf } from '../describing/subjects-of.js';
import type { Additions, IndexedUpTo } from './index-file.js';
import { asDomainEvent, commonTerms, isOfCommand, term, termNumber, termsOf } from './terms.js';

/** The chain is noted behind every so many events. */
const CHECKPOINT_EVENTS = 1000;

/** Which deployment changes an app at the moment, by app; no app is changed by two. */
export type DeploymentsByApp = Map<string, string>;

/** The failure that an event tells of, if it tells of one (`spec/operations.md` §18.4). */
export function failureIn(event: StoredEvent): TaskFailure | undefined {
  const { type, data } = asDomainEvent(event);
  if (type === 'TaskStatusChanged') return failureOf(data, event.time);
  return type === 'InstanceKillRequested' ? unhealthyFailureOf(data) : undefined;
}

/** Gathers what a run of events adds to the index. */
export class Gathering {
  readonly #places = new Map<number, number[]>();
  readonly #begun = new Map<string, number>();
  readonly #ended = new Set<string>();
  readonly #checkpoints: { position: number; hash: string }[] = [];
  readonly #byApp: DeploymentsByApp;
  #upTo: IndexedUpTo;
  #command:
    { readonly position: number; readonly correlation: string; readonly terms: Set<string> } | undefined;

  constructor(upTo: IndexedUpTo, byApp: DeploymentsByApp) {
    this.#upTo = upTo;
    this.#byApp = byApp;
  }

  add(event: StoredEvent): void {
    const { position, id } = event;
    for (const text of termsOf(event)) this.#note(text, position);
    this.#followCommand(event);
    this.#followDeployment(event);
    const failure = failureIn(event);
    if (failure !== undefined) this.#note(term.failure(failure.appId), position);
    this.#attribute(event, failure !== undefined);
    const hash = chained(this.#upTo.hash, auditedText(event));
    if (position % CHECKPOINT_EVENTS === 0) this.#checkpoints.push({ position, hash });
    this.#upTo = { position, eventId: id, hash };
  }

  /** The events of a command follow each other; what is known of all of them stands where it begins. */
  #followCommand(event: StoredEvent): void {
    if (!isOfCommand(event)) return this.#endCommand();
    const { position, correlationId: correlation } = event;
    if (this.#command?.correlation !== correlation) {
      this.#endCommand();
      this.#command = { position, correlation, terms: new Set() };
    }
    const { terms } = this.#command as { terms: Set<string> };
    for (const text of commonTerms(event)) terms.add(text);
  }

  #endCommand(): void {
    if (this.#command === undefined) return;
    const { position, terms } = this.#command;
    this.#command = undefined;
    this.#note(term.anyCommand, position);
    for (const text of terms) this.#note(term.command(text), position);
  }

  #followDeployment(event: StoredEvent): void {
    const { type, data } = asDomainEvent(event);
    if (type === 'DeploymentStarted') {
      const { id } = data.plan;
      this.#begun.set(id, event.position);
      for (const app of affectedApps(data.plan)) this.#byApp.set(app, id);
      this.#note(term.anyDeployment, event.position);
      for (const subject of subjectsOf({ type, data })) this.#note(term.deployment(subject), event.position);
    } else if (type === 'DeploymentSucceeded' || type === 'DeploymentFailed') {
      const { id } = data.plan;
      if (!this.#begun.delete(id)) this.#ended.add(id);
      for (const app of affectedApps(data.plan)) if (this.#byApp.get(app) === id) this.#byApp.delete(app);
    }
  }

  /** What happens to the instances of an app while a deployment changes it belongs to the story of that deployment. */
  #attribute(event: StoredEvent, isFailure: boolean): void {
    const isReadiness = event.type === 'ReadinessChecked';
    if (!isReadiness && !isFailure) return;
    const deployment = this.#byApp.get((event.data as { appId: string }).appId);
    if (deployment === undefined) return;
    this.#note(isFailure ? term.failuresOf(deployment) : term.readiness(deployment), event.position);
  }

  #note(text: string, position: number): void {
    const number = termNumber(text);
    const positions = this.#places.get(number);
    if (positions === undefined) this.#places.set(number, [position]);
    // Two texts with one number, or one text twice.
    else if (positions.at(-1) !== position) positions.push(position);
  }

  /** Ends the run. */
  result(): Additions {
    this.#endCommand();
    return {
      places: this.#places,
      begun: this.#begun,
      ended: this.#ended,
      checkpoints: this.#checkpoints,
      upTo: this.#upTo,
    };
  }
}
