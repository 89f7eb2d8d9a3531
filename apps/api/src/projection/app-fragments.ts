import { readinessResults, servicePortsOf, type AppDefinition, type State } from '#domain';
import { extendJson, writeAppJson } from '#bus-events';
import { writeDeploymentIds } from '../wire/deployment-json.js';
import { Embed, embeds, type EmbedSet } from '../wire/embeds.js';
import { writeCountMembers } from '../wire/task-counts.js';
import { isListed, writeTaskJson } from '../wire/task-json.js';
import { taskStats } from '../wire/task-stats.js';
import type { TaskCounters } from './task-counters.js';

/**
 * JSON texts of apps, one per app and set of embedded parts, written once and kept until an event touches the app.
 * Lists are joined from them, so that a read of many apps costs a copy, not a serialisation (`design.md` §6).
 */
export class AppFragments {
  private readonly byApp = new Map<string, Map<EmbedSet, string>>();

  constructor(
    private readonly state: State,
    private readonly counters: TaskCounters,
  ) {}

  /** Nothing is written that an event could make stale. */
  get empty(): boolean {
    return this.byApp.size === 0;
  }

  /** Forgets what was written about an app. */
  invalidate(appId: string): void {
    this.byApp.delete(appId);
  }

  /** An app with embedded parts; `nowMs` (epoch) dates the life times of `taskStats`. */
  info(app: AppDefinition, set: EmbedSet, nowMs: number): string {
    const cached = this.cached(app, set & ~Embed.taskStats);
    // Life times grow with every moment, so this part is never kept.
    return embeds(set, Embed.taskStats) ? extendJson(cached, this.taskStatsMember(app, nowMs)) : cached;
  }

  private cached(app: AppDefinition, set: EmbedSet): string {
    let texts = this.byApp.get(app.id);
    if (texts === undefined) {
      texts = new Map();
      this.byApp.set(app.id, texts);
    }
    let text = texts.get(set);
    if (text === undefined) {
      text = extendJson(writeAppJson(app), this.members(app, set));
      texts.set(set, text);
    }
    return text;
  }

  private members(app: AppDefinition, set: EmbedSet): string {
    const members: string[] = [];
    if (embeds(set, Embed.counts)) members.push(writeCountMembers(this.counters.of(app.id)));
    if (embeds(set, Embed.deployments)) {
      members.push(`"deployments":${writeDeploymentIds(this.state.deployments.ofApp(app.id))}`);
    }
    if (embeds(set, Embed.tasks)) members.push(`"tasks":[${this.tasks(app).join(',')}]`);
    const failure = this.state.taskFailures.get(app.id);
    if (embeds(set, Embed.lastTaskFailure) && failure !== undefined) {
      members.push(`"lastTaskFailure":${JSON.stringify(failure)}`);
    }
    if (embeds(set, Embed.readiness)) {
      const results = readinessResults(this.state, app.id);
      members.push(`"readinessCheckResults":${JSON.stringify(results)}`);
    }
    return members.join(',');
  }

  private taskStatsMember(app: AppDefinition, nowMs: number): string {
    const stats = taskStats(this.state.instances.of(app.id), app.versionInfo, nowMs);
    return `"taskStats":${JSON.stringify(stats)}`;
  }

  private tasks(app: AppDefinition): string[] {
    return this.state.instances
      .of(app.id)
      .filter(isListed)
      .map((instance) => writeTaskJson(instance));
  }
}

/** What `GET /v2/tasks` shows of an app: its tasks with service ports, of the given conditions only if any is named. */
export function writeTasksWithPorts(
  state: State,
  app: AppDefinition,
  conditions: ReadonlySet<string>,
): string[] {
  const servicePorts = servicePortsOf(app);
  return state.instances
    .of(app.id)
    .filter((instance) => isListed(instance) && (conditions.size === 0 || conditions.has(instance.condition)))
    .map((instance) => writeTaskJson(instance, servicePorts));
}
