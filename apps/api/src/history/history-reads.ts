import { Inject, Injectable } from '@nestjs/common';
import { cloudEventOf } from '#bus-events';
import type { History } from '#history';
import { API_OPTIONS, type ApiOptions } from '../api-options.js';
import { ApiParts } from '../api-parts.js';
import { textParam, type Query } from '../paths/query.js';
import { errorAnswer, valueAnswer, type Answer } from '../wire/answer.js';
import { uriNotFound } from '../wire/not-found.js';
import { listCommands } from './command-list.js';
import { printCommand, printDeploymentRecord } from './history-json.js';
import {
  BadQueryError,
  choiceParam,
  cursorParam,
  historyQuery,
  idParam,
  limitParam,
  pageParams,
  timeRange,
  type TimedLog,
} from './read-query.js';

/** Answers about everything that ever happened (`spec/operations.md` §18.3, docs/history.md). */
@Injectable()
export class HistoryReads {
  private readonly log: TimedLog;
  private readonly history: History;

  constructor(@Inject(API_OPTIONS) options: ApiOptions, @Inject(ApiParts) parts: ApiParts) {
    this.log = { log: options.log, nowMs: options.nowMs ?? Date.now };
    this.history = parts.history;
  }

  /** `/ekiden/v1/history`; `fixed` parameters stand in the path. */
  list(query: Query, fixed: Query = {}): Promise<Answer> {
    return answered(async () => {
      const asked = { ...query, ...fixed };
      const kind = choiceParam(asked, 'kind', ['event', 'change', 'command']);
      return kind === 'command' ? this.commands(asked) : this.events(asked, kind === 'change');
    });
  }

  private async events(query: Query, changesOnly: boolean): Promise<Answer> {
    const behind = cursorParam(query);
    const { events, next } = await this.history.search({
      ...(await historyQuery(query, this.log)),
      ...(changesOnly ? { changesOnly } : {}),
      ...(behind === undefined ? {} : { behind }),
      limit: limitParam(query),
    });
    return valueAnswer({ entries: events.map(cloudEventOf), ...cursorTo(next) });
  }

  /** What was refused has no events: parameters that ask for something of events leave it out. */
  private async commands(query: Query): Promise<Answer> {
    const which = choiceParam(query, 'accepted', ['any', 'true', 'false']);
    const accepted = await historyQuery(query, this.log);
    const { app, group, actor, order = 'desc' } = accepted;
    const { instance, deployment, stream, types, correlation, causedBy } = accepted;
    const asksForEvents = [instance, deployment, stream, types, correlation, causedBy].some(
      (one) => one !== undefined,
    );
    const refused = {
      ...(app === undefined ? {} : { app }),
      ...(group === undefined ? {} : { group }),
      ...(actor === undefined ? {} : { actor }),
      ...(await timeRange(accepted, query, this.log)),
      order,
    };
    const page = await listCommands(this.history, {
      accepted: which === 'false' ? undefined : accepted,
      refused: which === 'true' || asksForEvents ? undefined : refused,
      order,
      limit: limitParam(query),
      cursor: textParam(query, 'cursor'),
    });
    return valueAnswer(page);
  }

  /** `/ekiden/v1/commands/{correlation}`. */
  command(correlation: string, query: Query): Promise<Answer> {
    return answered(async () => {
      const behind = cursorParam(query);
      const page = { limit: limitParam(query), ...(behind === undefined ? {} : { behind }) };
      const trace = await this.history.command(correlation, page);
      if (trace === undefined) return errorAnswer(404, `Command '${correlation}' does not exist`);
      const { command, events, tasks, complete, next } = trace;
      return valueAnswer({
        command: printCommand(command),
        events: events.map(cloudEventOf),
        tasks,
        complete,
        ...cursorTo(next),
      });
    });
  }

  /** `/ekiden/v1/instances/{id}/origin`. */
  origin(instanceId: string): Promise<Answer> {
    return answered(async () => {
      const origin = await this.history.origin(instanceId);
      if (origin === undefined) return errorAnswer(404, `Instance '${instanceId}' does not exist`);
      const { command, chain } = origin;
      return valueAnswer({
        instanceId,
        ...(command === undefined ? {} : { command: printCommand(command) }),
        chain: chain.map(cloudEventOf),
      });
    });
  }

  /** `/ekiden/v1/apps/{id}/failures`. */
  failures(appId: string, query: Query): Promise<Answer> {
    return answered(async () => {
      const { failures, next } = await this.history.failures(appId, await pageParams(query, this.log));
      return valueAnswer({ failures, ...cursorTo(next) });
    });
  }

  /** `/ekiden/v1/deployments`. */
  deployments(query: Query): Promise<Answer> {
    return answered(async () => {
      const app = idParam(query, 'app');
      const { deployments, next } = await this.history.deployments({
        ...(await pageParams(query, this.log)),
        state: choiceParam(query, 'state', ['all', 'running', 'finished']),
        ...(app === undefined ? {} : { app }),
      });
      return valueAnswer({
        deployments: deployments.map((record) => printDeploymentRecord(record)),
        ...cursorTo(next),
      });
    });
  }

  /** `/ekiden/v1/deployments/{id}`. */
  deployment(id: string): Promise<Answer> {
    return answered(async () => {
      const found = await this.history.deployment(id);
      if (found === undefined) return errorAnswer(404, `Deployment '${id}' does not exist`);
      const { failed, ...record } = found;
      return valueAnswer(printDeploymentRecord(record, failed));
    });
  }

  /** What is asked of one app below `/ekiden/v1/apps/`. */
  ofApp(appId: string, verb: string, query: Query): Promise<Answer> {
    switch (verb) {
      case 'history':
        return this.list(query, { app: appId });
      case 'failures':
        return this.failures(appId, query);
      default:
        return Promise.resolve(uriNotFound());
    }
  }
}

const cursorTo = (next: number | undefined): { next?: string } =>
  next === undefined ? {} : { next: String(next) };

/** The answer, or what is wrong with the request. */
export async function answered(answer: () => Promise<Answer>): Promise<Answer> {
  try {
    return await answer();
  } catch (error) {
    if (error instanceof BadQueryError) return error.answer;
    throw error;
  }
}
