import { setTimeout as delay } from 'node:timers/promises';
import { describe, type AppBooks, type Possible } from './books.js';
import { instanceOf, livingTasks, type LivingTask } from './census.js';
import { EDITION, type Definitions } from './definitions.js';
import type { AppFacts, EkidenApi, EventFacts } from './ekiden-api.js';
import type { StreamFollower } from './stream-follower.js';
import { Violation } from './violation.js';

/** Between two looks while something is still on its way. */
const LOOK_PAUSE_MS = 150;

/** Type of the event that tells of a command with a key. */
const ACCEPTED = 'io.ekiden.CommandAccepted';

/** Events that an audit reads at a time. */
const EVENTS_PER_READ = 5_000;

/** What is waited for longer is worth a line. */
const REMARK_MS = 8_000;

/** What is not in order by then never will be. */
const PATIENCE_MS = 240_000;

/** What Ekiden says of itself. */
export type View = Pick<EkidenApi, 'position' | 'deployments' | 'apps' | 'digest' | 'events'>;

export interface Subjects {
  readonly books: readonly AppBooks[];
  readonly api: View;
  readonly clusterDir: string;
  readonly definitions: Definitions;
  /** `Idempotency-Key` of every command that was acknowledged. */
  readonly acknowledgedKeys: ReadonlySet<string>;
  readonly follower: Pick<StreamFollower, 'position' | 'ids' | 'faults'>;
  /** Told what is waited for when that takes long. */
  remark(open: readonly string[]): void;
}

/** What a check found in order. */
export interface Finding {
  readonly apps: number;
  readonly instances: number;
  readonly position: number;
}

/**
 * Compares what was acknowledged, what Ekiden says, and what runs on this machine. Nobody commands anything meanwhile.
 */
export class Checker {
  /** Instances that two tasks were seen of at the last look. */
  private doubled = new Set<string>();
  /** Hash of the audit chain at the position of the last look. */
  private audited: { readonly position: number; readonly hash: string } | undefined;
  private auditedTo = 0;
  private readonly acceptedKeys = new Set<string>();

  constructor(
    private readonly subjects: Subjects,
    private readonly patienceMs = PATIENCE_MS,
  ) {}

  /**
   * Waits until everything is as it must be.
   * @throws Violation at once if something is wrong that no waiting puts right, or when patience ends
   */
  async settled(): Promise<Finding> {
    const deadlineMs = performance.now() + this.patienceMs;
    let remarkMs = performance.now() + REMARK_MS;
    for (;;) {
      const { open, finding } = await this.look();
      this.refuseFlaws();
      if (finding !== undefined && open.length === 0) return finding;
      if (performance.now() > remarkMs) {
        this.subjects.remark(open);
        remarkMs = Infinity;
      }
      if (performance.now() > deadlineMs) throw new Violation('stuck', open);
      await delay(LOOK_PAUSE_MS);
    }
  }

  /**
   * Reads the log anew from where the last audit ended: it must be what the subscriber was told, and every acknowledged
   * command with a key must be there once.
   */
  async audit(): Promise<void> {
    const { api, follower, acknowledgedKeys } = this.subjects;
    const to = follower.position;
    for (let from = this.auditedTo + 1; from <= to; from = this.auditedTo + 1)
      this.compareLog(await api.events(from, Math.min(to, from + EVENTS_PER_READ - 1)));
    const lost = [...acknowledgedKeys].filter((key) => !this.acceptedKeys.has(key));
    if (lost.length > 0)
      throw new Violation('lost command', [`the log knows nothing of the commands ${lost.join(', ')}`]);
  }

  private compareLog(events: readonly EventFacts[]): void {
    const { follower } = this.subjects;
    if (events.length === 0)
      throw new Violation('stream', [`nothing is on the log behind position ${this.auditedTo}`]);
    for (const { id, position, type, data } of events) {
      const told = follower.ids[this.auditedTo];
      if (position !== this.auditedTo + 1 || id !== told)
        throw new Violation('stream', [`position ${position} is ${id} on the log, and was told as ${told}`]);
      this.auditedTo = position;
      if (type !== ACCEPTED) continue;
      if (this.acceptedKeys.has(data.key!))
        throw new Violation('applied twice', [
          `command ${data.key} was accepted again at position ${position}`,
        ]);
      this.acceptedKeys.add(data.key!);
    }
  }

  /** What is still on its way. Settles the books of apps that were in doubt. */
  private async look(): Promise<{ open: string[]; finding?: Finding }> {
    const { api, books, clusterDir, follower } = this.subjects;
    let facts;
    try {
      // The position first: everything else is read at it or later.
      facts = {
        position: await api.position(),
        deployments: await api.deployments(),
        apps: await api.apps(),
      };
      await this.chainHolds(facts.position);
    } catch (error) {
      if (error instanceof Violation) throw error;
      return { open: [`Ekiden does not answer: ${String(error)}`] };
    }
    this.compareDefinitions(facts.apps);
    const living = livingTasks(clusterDir);
    this.refuseDoubles(living);
    const open = facts.deployments.map(
      ({ id, currentActions }) =>
        `deployment ${id} waits for ${currentActions.map(({ action, app }) => `${action} of ${app}`).join(', ')}`,
    );
    const byId = new Map(facts.apps.map((app) => [app.id, app]));
    for (const app of books) {
      const own = living.filter(({ appId }) => appId === app.id);
      open.push(...tasksOf(app, byId.get(app.id)?.tasks ?? [], own));
    }
    const known = new Set(books.map(({ id }) => id));
    open.push(
      ...living.filter(({ appId }) => !known.has(appId)).map(({ taskId }) => `${taskId} is nobody's`),
    );
    if (follower.position < facts.position)
      open.push(`the subscriber was told up to ${follower.position} of ${facts.position}`);
    return { open, finding: { apps: facts.apps.length, instances: living.length, position: facts.position } };
  }

  private compareDefinitions(apps: readonly AppFacts[]): void {
    const byId = new Map(apps.map((app) => [app.id, app]));
    const lost: string[] = [];
    for (const app of this.subjects.books) {
      const seen = possibleOf(byId.get(app.id));
      const might = app.possible.map(describe).join(' or ');
      if (!app.settle(seen)) lost.push(`${app.id} is ${describe(seen)}, acknowledged was ${might}`);
      byId.delete(app.id);
    }
    for (const id of byId.keys()) lost.push(`${id} was never created`);
    if (lost.length > 0) throw new Violation('lost command', lost);
  }

  /** A look takes some milliseconds, in which one task may end and its successor begin; twice in a row it may not. */
  private refuseDoubles(living: readonly LivingTask[]): void {
    const doubled = repeated(living.map(({ taskId }) => instanceOf(taskId)));
    const again = [...doubled].filter((instance) => this.doubled.has(instance));
    this.doubled = doubled;
    if (again.length === 0) return;
    const tasks = living.filter(({ taskId }) => again.includes(instanceOf(taskId)));
    throw new Violation(
      'double launch',
      tasks.map(({ taskId, pid }) => `${taskId} runs as process ${pid}`),
    );
  }

  private refuseFlaws(): void {
    const { definitions, follower } = this.subjects;
    if (follower.faults.length > 0) throw new Violation('stream', follower.faults);
    const twice = repeated(definitions.diary.taskIds);
    if (twice.size > 0)
      throw new Violation(
        'double launch',
        [...twice].map((id) => `${id} was started twice`),
      );
  }

  /** The chain may only grow: what it was at the position of an earlier look it still is. */
  private async chainHolds(position: number): Promise<void> {
    const { api } = this.subjects;
    const former = this.audited;
    if (position === former?.position) return;
    if (former !== undefined && (await api.digest(former.position)) !== former.hash)
      throw new Violation('audit', [`the chain has another hash at position ${former.position} than before`]);
    this.audited = { position, hash: await api.digest(position) };
  }
}

function possibleOf(app: AppFacts | undefined): Possible {
  return app && { edition: Number(app.env[EDITION]), instances: app.instances };
}

/** What is not yet as it must be with the tasks of one app. */
function tasksOf(app: AppBooks, told: AppFacts['tasks'], living: readonly LivingTask[]): string[] {
  const wanted = app.wanted;
  const count = wanted?.instances ?? 0;
  const open: string[] = [];
  if (living.length !== count) open.push(`${app.id}: ${living.length} of ${count} processes`);
  const running = new Set(told.filter(({ state }) => state === 'TASK_RUNNING').map(({ id }) => id));
  if (running.size !== count || told.length !== count)
    open.push(`${app.id}: ${running.size} of ${told.length} tasks run, not ${count}`);
  for (const { taskId, pid, edition, version } of living) {
    if (!running.has(taskId)) open.push(`${taskId} runs as process ${pid}, and Ekiden does not say so`);
    if (!app.isMixed && edition !== wanted?.edition)
      open.push(`${taskId} is of edition ${edition}, not ${wanted?.edition}`);
    if (!app.isMixed && version < app.leastVersion)
      open.push(`${taskId} is of version ${version}, before ${app.leastVersion}`);
    if (app.killed.has(taskId)) open.push(`${taskId} was killed and runs`);
  }
  const alive = new Set(living.map(({ taskId }) => taskId));
  for (const id of running) if (!alive.has(id)) open.push(`${id} is said to run and does not`);
  return open;
}

function repeated(names: readonly string[]): Set<string> {
  const seen = new Set<string>();
  return new Set(names.filter((name) => (seen.has(name) ? true : (seen.add(name), false))));
}
