import { Inject, Injectable } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { recorded } from '#bus-events';
import {
  formatTimestamp,
  ReadQueue,
  ReadSchedulerStatus,
  recordedLaunchQueue,
  type AppDefinition,
  type Deployment,
  type QueueItem,
  type RecordedEvent,
  type SchedulerStatus,
  type State,
} from '#domain';
import { explainApp, explainInstance, who, type AppFacts, type Explanation, type History } from '#history';
import { API_OPTIONS, type ApiOptions } from '../api-options.js';
import { ApiParts } from '../api-parts.js';
import { errorAnswer, valueAnswer, type Answer } from '../wire/answer.js';
import { appNotFound } from '../wire/not-found.js';

/** Of a long life only so much is told, beside its begin. */
const NEWEST_EVENTS = 200;

/** `/ekiden/v1/apps/{id}/why` and `/ekiden/v1/instances/{id}/why` (`spec/operations.md` §19). */
@Injectable()
export class WhyReads {
  private readonly nowMs: () => number;

  constructor(
    @Inject(QueryBus) private readonly queries: QueryBus,
    @Inject(ApiParts) private readonly parts: ApiParts,
    @Inject(API_OPTIONS) options: ApiOptions,
  ) {
    this.nowMs = options.nowMs ?? Date.now;
  }

  async app(appId: string): Promise<Answer> {
    const app = this.state.apps.get(appId);
    if (app === undefined) return this.formerApp(appId);
    return valueAnswer(explainApp(await this.appFacts(app)));
  }

  async instance(instanceId: string): Promise<Answer> {
    const events = await this.lifeOf(instanceId);
    const [first] = events;
    if (first === undefined) return errorAnswer(404, `Instance '${instanceId}' does not exist`);
    const instance = this.state.instances.get(instanceId);
    const [origin, queued, session] = await Promise.all([
      this.history.origin(instanceId),
      instance === undefined ? undefined : this.queued(instance.appId),
      this.session(),
    ]);
    const facts = { instanceId, events, instance, origin: origin?.command, queued, session };
    return valueAnswer(explainInstance({ ...facts, nowMs: this.nowMs() }));
  }

  private get state(): State {
    return this.parts.projection.model.state;
  }

  private get history(): History {
    return this.parts.history;
  }

  private async appFacts(app: AppDefinition): Promise<AppFacts> {
    const { id } = app;
    const changes = { app: id, types: ['AppCreated', 'AppUpdated'], limit: 1 };
    const [{ commands }, deployments, queued, session] = await Promise.all([
      this.history.commands(changes),
      Promise.all(this.state.deployments.ofApp(id).map((deployment) => this.withCommand(deployment))),
      this.queued(id),
      this.session(),
    ]);
    return {
      app,
      instances: this.state.instances.of(id),
      deployments,
      lastFailure: this.state.taskFailures.get(id),
      lastChange: commands[0],
      queued,
      session,
    };
  }

  private async withCommand(deployment: Deployment): Promise<AppFacts['deployments'][number]> {
    const { commands } = await this.history.commands({ deployment: deployment.plan.id, limit: 1 });
    return { deployment, command: commands[0] };
  }

  /** An app that is no more is explained by whoever deleted it. */
  private async formerApp(appId: string): Promise<Answer> {
    const query = { app: appId, types: ['AppDeleted'], limit: 1 };
    const { commands } = await this.history.commands(query);
    const [deletion] = commands;
    if (deletion === undefined) return appNotFound(appId);
    const { actor, summary, time, position } = deletion;
    const text = `${appId} does not exist any more: ${who(actor)} ${summary}.`;
    const explanation: Explanation = {
      id: appId,
      state: 'ended',
      summary: text,
      sentences: [{ kind: 'end', text, time: formatTimestamp(time), position }],
    };
    return valueAnswer(explanation);
  }

  private async lifeOf(instanceId: string): Promise<readonly RecordedEvent[]> {
    const newest = await this.history.search({ instance: instanceId, limit: NEWEST_EVENTS });
    const events = newest.events.toReversed();
    if (newest.next === undefined) return events.map(recorded);
    const begin = await this.history.search({ instance: instanceId, order: 'asc', limit: 2 });
    return [...begin.events, ...events].map(recorded);
  }

  private async queued(appId: string): Promise<QueueItem | undefined> {
    const items = this.parts.term.now()
      ? await this.queries.execute<ReadQueue, readonly QueueItem[]>(new ReadQueue())
      : recordedLaunchQueue(this.state, this.nowMs());
    return items.find(({ app }) => app.id === appId);
  }

  /** A node that does not lead knows nothing of the connection with Mesos. */
  private async session(): Promise<{ connected?: boolean }> {
    if (!this.parts.term.now()) return {};
    const question = new ReadSchedulerStatus();
    const { connected } = await this.queries.execute<ReadSchedulerStatus, SchedulerStatus>(question);
    return { connected };
  }
}
