import type { Actor } from '../commands/submission.js';
import { affectedApps } from '../deployments/plan.js';
import type { DomainEvent, FoldedInstance, RecordedEvent } from '../events/domain-event.js';
import { streamOf } from '../events/stream.js';
import { evolve } from '../state/evolve.js';
import type { State } from '../state/state.js';
import type { Effect } from './effect.js';
import type { SchedulerRuntime } from './runtime.js';
import type { DomainSettings } from './settings.js';

/** Where time, identity and chance come from: the domain has none of its own. */
export interface TurnEnvironment {
  /** Epoch ms; never runs backwards from turn to turn. */
  readonly nowMs: number;
  /** A unique, sortable id for an event. */
  readonly newEventId: () => string;
  /** A UUID of any version. */
  readonly newUuid: () => string;
  /** A time-based (v1) UUID, as instance ids want it (`spec/scheduling.md` §1.2). */
  readonly newTimeUuid: () => string;
  /** In [0, 1). */
  readonly random: () => number;
  /** Whether the turn should end, and leave what can wait to the next one; absent: everything is done at once. */
  readonly isTimeUp?: () => boolean;
  /** Ms of any origin, to measure what a turn does; decisions about time rest on `nowMs`. Absent: nothing takes time. */
  readonly stopwatchMs?: () => number;
}

/** Who set an event off, and through what. */
export interface Cause {
  readonly actor: Actor;
  /** The command or deployment everything below belongs to. */
  readonly correlationId: string;
  /** The event that directly led here, if one did. */
  readonly causationId: string | null;
}

/** An event ready for the log: everything but position and epoch, which the log gives. */
export interface DecidedEvent {
  readonly id: string;
  readonly stream: string;
  readonly type: DomainEvent['type'];
  readonly schema: number;
  readonly time: number;
  readonly actor: Actor;
  readonly correlationId: string;
  readonly causationId: string | null;
  readonly data: DomainEvent['data'];
  /** For those in the same process who fold the event, too; no part of what is recorded. */
  folded: FoldedInstance | undefined;
}

/** Version of the data's shape that this code writes, for every event type. */
export const EVENT_SCHEMA = 1;

/**
 * One unit of work of the writer: commands are decided one after another against the state, each event is
 * folded in at once, and all events of the turn are appended together. If that append fails the state is
 * thrown away and rebuilt from the log.
 */
export class Turn {
  readonly events: DecidedEvent[] = [];
  readonly effects: Effect[] = [];
  private cause: Cause;

  constructor(
    readonly state: State,
    readonly runtime: SchedulerRuntime,
    readonly settings: DomainSettings,
    readonly environment: TurnEnvironment,
  ) {
    this.cause = { actor: { kind: 'system' }, correlationId: environment.newUuid(), causationId: null };
  }

  get nowMs(): number {
    return this.environment.nowMs;
  }

  /** Whether to leave what can wait to the next turn. */
  get isTimeUp(): boolean {
    return this.environment.isTimeUp?.() === true;
  }

  /** Attributes what is emitted from here on. */
  attributeTo(cause: Cause): void {
    this.cause = cause;
  }

  /** What is emitted now is attributed to this. */
  get presentCause(): Cause {
    return this.cause;
  }

  /** Decides a fact: it is part of the state from here on, and of the log when the turn is committed. */
  emit(event: DomainEvent): void {
    const { cause, nowMs } = this;
    const id = this.environment.newEventId();
    const decided: DecidedEvent = {
      id,
      stream: streamOf(event),
      type: event.type,
      schema: EVENT_SCHEMA,
      time: nowMs,
      actor: cause.actor,
      correlationId: cause.correlationId,
      causationId: cause.causationId,
      data: event.data,
      folded: undefined,
    };
    this.events.push(decided);
    const { type, data } = event;
    const { instances } = this.state;
    const instanceId = 'instanceId' in data ? data.instanceId : undefined;
    const before = instanceId === undefined ? undefined : instances.get(instanceId);
    evolve(this.state, { type, data, position: this.state.position + 1, time: nowMs } as RecordedEvent);
    if (instanceId !== undefined) decided.folded = { before, after: instances.get(instanceId) };
    this.runtime.observe(this.state, { event, before, nowMs });
    const { correlationId, actor } = cause;
    const followUp = { actor: systemActorFor(actor), correlationId, causationId: id };
    for (const appId of appsTouchedBy(event)) this.touch(appId, followUp);
  }

  /** The desired or actual state of an app is not what it was: what follows from it is decided in this turn or a later one. */
  touch(appId: string, cause: Cause): void {
    this.runtime.touched.add(appId, cause);
    this.runtime.steps.reopen(appId, this.state.deployments.ofApp(appId));
  }

  /** Asks the shell to do something once the turn is durable. */
  request(effect: Effect): void {
    this.effects.push(effect);
  }
}

const SYSTEM: Actor = { kind: 'system' };

/** What follows by itself is done by the system, on behalf of whoever set it off (see the causation). */
function systemActorFor(actor: Actor): Actor {
  return actor.kind === 'system' ? actor : SYSTEM;
}

/** A launch is not among it: an instance that was sent to an agent counts for everything as it did while it waited. */
function appsTouchedBy(event: DomainEvent): Iterable<string> {
  switch (event.type) {
    case 'AppCreated':
    case 'AppUpdated':
      return [event.data.app.id];
    case 'AppDeleted':
    case 'InstanceScheduled':
    case 'TaskStatusChanged':
    case 'InstanceBecameInactive':
    case 'InstanceGoalChanged':
    case 'InstanceExpunged':
    case 'HealthCheckPassed':
    case 'HealthCheckFailed':
    case 'ReadinessChecked':
      return [event.data.appId];
    case 'DeploymentFailed':
    case 'DeploymentSucceeded':
    case 'DeploymentStarted':
      return affectedApps(event.data.plan);
    default:
      return [];
  }
}
