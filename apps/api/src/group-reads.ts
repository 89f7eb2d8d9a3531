import { Inject, Injectable } from '@nestjs/common';
import { formatTimestamp, parseTimestamp } from '#domain';
import { API_OPTIONS, type ApiOptions } from './api-options.js';
import type { GroupPath } from './paths/group-path.js';
import { booleanParam, type Query } from './paths/query.js';
import { below, writeApps } from './projection/app-queries.js';
import { Projection } from './projection/projection.js';
import { errorAnswer, jsonAnswer, valueAnswer, type Answer } from './wire/answer.js';
import { groupEmbedsOf, type GroupEmbeds } from './wire/embeds.js';
import { formerTree, presentTree, writeGroupJson } from './wire/group-json.js';
import { unknownGroup } from './wire/not-found.js';

/** Reads of groups and their versions, answered from the projection (`spec/rest-api.md` §9.2, §9.3, §9.8). */
@Injectable()
export class GroupReads {
  private readonly nowMs: () => number;
  private readonly listedVersions: number;

  constructor(
    @Inject(Projection) private readonly projection: Projection,
    @Inject(API_OPTIONS) options: ApiOptions,
  ) {
    this.nowMs = options.nowMs ?? Date.now;
    this.listedVersions = options.configuration.zkMaxVersions;
  }

  read(path: GroupPath, query: Query): Answer {
    switch (path.kind) {
      case 'group':
        return this.group(path.groupId, groupEmbedsOf(query));
      case 'apps':
        return this.apps(path.groupId, groupEmbedsOf(query));
      case 'versions':
        return this.versions(path.groupId, query);
      case 'version':
        return this.version(path.groupId, path.version, groupEmbedsOf(query));
    }
  }

  private group(groupId: string, embeds: GroupEmbeds): Answer {
    const { state, fragments } = this.projection.model;
    const group = state.groups.get(groupId);
    if (group === undefined) return unknownGroup(groupId);
    const nowMs = this.nowMs();
    const tree = presentTree(state, (appId) => {
      const app = state.apps.get(appId);
      // The index of the tree and the apps change together.
      return app === undefined ? '' : fragments.info(app, embeds.ofApps, nowMs);
    });
    return jsonAnswer(200, writeGroupJson(tree, group, embeds));
  }

  /** Every app below the group, at any depth; none below a group that does not exist. */
  private apps(groupId: string, { ofApps }: GroupEmbeds): Answer {
    const printing = { embeds: ofApps, nowMs: this.nowMs() };
    return jsonAnswer(200, `[${writeApps(this.projection.model, below(groupId), printing)}]`);
  }

  /** The newest `--zk_max_versions`, or with `?all=true` everything retained (`spec/operations.md` §18.3). */
  private versions(groupId: string, query: Query): Answer {
    const { state } = this.projection.model;
    if (!state.groups.has(groupId)) return unknownGroup(groupId);
    const retained = state.groupVersions(groupId);
    return valueAnswer(booleanParam(query, 'all', false) ? retained : retained.slice(0, this.listedVersions));
  }

  private version(groupId: string, text: string, embeds: GroupEmbeds): Answer {
    const instant = parseTimestamp(text);
    if (instant === undefined) {
      const message = `Invalid timestamp provided '${text}'. Expecting ISO-8601 datetime string.`;
      return errorAnswer(422, message);
    }
    const version = formatTimestamp(instant);
    const subtree = this.projection.model.state.subtreeAt(groupId, version);
    const group = subtree?.groups.get(groupId);
    if (subtree === undefined || group === undefined) return unknownGroup(groupId);
    return jsonAnswer(200, writeGroupJson(formerTree(subtree, version), group, embeds));
  }
}
