import { Inject, Injectable } from '@nestjs/common';
import { formatTimestamp, parseTimestamp } from '#domain';
import { API_OPTIONS, type ApiOptions } from './api-options.js';
import { qualityOf } from './paths/accept.js';
import type { ReadableAppPath } from './paths/app-path.js';
import { booleanParam, type Query } from './paths/query.js';
import { appTasks, below, groupExists, instancesBelow, writeApps } from './projection/app-queries.js';
import { Projection } from './projection/projection.js';
import { errorAnswer, JSON_TYPE, jsonAnswer, valueAnswer, type Answer } from './wire/answer.js';
import { writeAppJson } from '#bus-events';
import { embedsOf, SINGLE_EMBEDS } from './wire/embeds.js';
import { appNotFound, groupNotFound, versionNotFound } from './wire/not-found.js';
import { isListed, writeTaskJson } from './wire/task-json.js';
import { TEXT_TYPE, textTasksAnswer, wantsText } from './wire/text-answer.js';

/** Reads of single apps, globs, versions and tasks, answered from the projection (`spec/rest-api.md` §7.7, §7.10, §8). */
@Injectable()
export class AppReads {
  private readonly nowMs: () => number;
  private readonly listedVersions: number;

  constructor(
    @Inject(Projection) private readonly projection: Projection,
    @Inject(API_OPTIONS) options: ApiOptions,
  ) {
    this.nowMs = options.nowMs ?? Date.now;
    this.listedVersions = options.configuration.zkMaxVersions;
  }

  read(path: ReadableAppPath, query: Query, accept: string | undefined): Answer {
    const producible = path.kind === 'tasks' ? [JSON_TYPE, TEXT_TYPE] : [JSON_TYPE];
    if (producible.every((type) => qualityOf(accept, type) === 0)) return errorAnswer(406, 'Not Acceptable');
    switch (path.kind) {
      case 'app':
        return this.app(path.appId, query);
      case 'glob':
        return this.appsBelow(path.groupId, query);
      case 'versions':
        return this.versions(path.appId, query);
      case 'version':
        return this.version(path.appId, path.version);
      case 'tasks':
        return wantsText(accept) ? this.textTasks(path.appId, query) : this.tasks(path.appId);
      case 'globTasks':
        return this.tasksBelow(path.groupId);
    }
  }

  private app(appId: string, query: Query): Answer {
    const { state, fragments } = this.projection.model;
    const app = state.apps.get(appId);
    if (app === undefined) return appNotFound(appId);
    return jsonAnswer(200, `{"app":${fragments.info(app, SINGLE_EMBEDS | embedsOf(query), this.nowMs())}}`);
  }

  private appsBelow(groupId: string, query: Query): Answer {
    const { model } = this.projection;
    if (!groupExists(model, groupId)) return groupNotFound(groupId);
    const printing = { embeds: SINGLE_EMBEDS | embedsOf(query), nowMs: this.nowMs() };
    return jsonAnswer(200, `{"*":[${writeApps(model, below(groupId), printing)}]}`);
  }

  /** The newest `--zk_max_versions`, or with `?all=true` everything retained (`spec/operations.md` §18.3). */
  private versions(appId: string, query: Query): Answer {
    const { state } = this.projection.model;
    if (!state.apps.has(appId)) return appNotFound(appId);
    const retained = state.versions.list(appId);
    const versions = booleanParam(query, 'all', false) ? retained : retained.slice(0, this.listedVersions);
    return valueAnswer({ versions });
  }

  private version(appId: string, text: string): Answer {
    const instant = parseTimestamp(text);
    if (instant === undefined) {
      const message = `Invalid timestamp provided '${text}'. Expecting ISO-8601 datetime string.`;
      return errorAnswer(422, message);
    }
    const version = formatTimestamp(instant);
    const app = this.projection.model.state.versions.get(appId, version);
    return app === undefined ? versionNotFound(appId, version) : jsonAnswer(200, writeAppJson(app));
  }

  private tasks(appId: string): Answer {
    const { state } = this.projection.model;
    if (!state.apps.has(appId)) return appNotFound(appId);
    return tasksAnswer(state.instances.of(appId));
  }

  private textTasks(appId: string, query: Query): Answer {
    const { model } = this.projection;
    if (!model.state.apps.has(appId)) return appNotFound(appId);
    return textTasksAnswer(
      appTasks(model, ({ id }) => id === appId),
      query,
    );
  }

  private tasksBelow(groupId: string): Answer {
    const { model } = this.projection;
    return groupExists(model, groupId) ? tasksAnswer(instancesBelow(model, groupId)) : groupNotFound(groupId);
  }
}

function tasksAnswer(instances: readonly Parameters<typeof writeTaskJson>[0][]): Answer {
  const tasks = instances.filter(isListed).map((instance) => writeTaskJson(instance));
  return jsonAnswer(200, `{"tasks":[${tasks.join(',')}]}`);
}
