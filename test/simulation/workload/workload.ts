import type { ApiCommand, TaskSelection } from '#domain';
import type { LogBook } from '../checking/log-book.js';
import type { Random } from '../kernel/random.js';
import { anyDefinition, APP_IDS, markOf } from './definitions.js';

/** A command, and what tells the definition that it stores. */
export interface Wish {
  readonly command: ApiCommand;
  readonly mark?: string;
}

const MIX = {
  create: 10,
  upgrade: 9,
  scale: 9,
  restart: 4,
  remove: 3,
  kill: 4,
  killAndScale: 3,
  cancel: 4,
  updateAll: 2,
  group: 3,
  scaleGroup: 1,
  removeGroup: 1,
  resetDelay: 1,
};

/** What people ask for, from the seed. Looks at the log like somebody who reads before he writes. */
export class Workload {
  private marks = 0;
  private readonly appIds: readonly string[];

  constructor(
    private readonly random: Random,
    private readonly book: LogBook,
  ) {
    this.appIds = APP_IDS.slice(0, random.between(1, APP_IDS.length));
  }

  next(): Wish {
    const force = this.random.chance(0.35);
    const wish = this.random.weighted(MIX);
    const known = [...this.book.apps.keys()];
    const appId = this.random.chance(0.9) ? this.random.pick(known) : this.random.pick(this.appIds);
    if (appId === undefined) return this.create(force);
    const uri = `/v2/apps${appId}`;
    switch (wish) {
      case 'create':
        return this.create(force);
      case 'upgrade': {
        const mark = this.nextMark();
        const json = this.random.chance(0.5) ? { cmd: mark } : this.definition(appId, mark);
        return { command: { type: 'PutApp', appId, json, force, partialUpdate: true, uri }, mark };
      }
      case 'scale': {
        const json = { instances: this.random.pick([0, 1, 2, 3, 5, 8]) };
        return { command: { type: 'PutApp', appId, json, force, partialUpdate: true, uri } };
      }
      case 'restart':
        return { command: { type: 'RestartApp', appId, force } };
      case 'remove':
        return { command: { type: 'DeleteApp', appId, force } };
      case 'resetDelay':
        return { command: { type: 'ResetDelay', appId } };
      case 'kill':
        return {
          command: { type: 'KillTasks', selection: this.someTasks(appId), wipe: this.random.chance(0.4) },
        };
      case 'killAndScale':
        return { command: { type: 'KillAndScale', selection: this.someTasks(appId), force } };
      case 'cancel':
        return this.cancel(force);
      case 'updateAll': {
        const items = known.slice(0, 3).map((id) => ({ id, instances: this.random.between(0, 4) }));
        return { command: { type: 'UpdateApps', items, force, partialUpdate: true, createMissing: false } };
      }
      default:
        return this.groupWish(wish, force);
    }
  }

  private create(force: boolean): Wish {
    const mark = this.nextMark();
    const json = this.definition(this.random.pick(this.appIds) ?? '/a', mark);
    return { command: { type: 'CreateApp', json, force, uri: '/v2/apps' }, mark };
  }

  private cancel(force: boolean): Wish {
    const deploymentId = this.random.pick([...this.book.deployments.keys()]) ?? 'no-such-deployment';
    return { command: { type: 'CancelDeployment', deploymentId, force } };
  }

  private groupWish(wish: 'group' | 'scaleGroup' | 'removeGroup', force: boolean): Wish {
    const groupId = this.random.pick(['/g', '/g/h', '/z']);
    if (wish === 'removeGroup') return { command: { type: 'DeleteGroup', groupId, force } };
    if (wish === 'scaleGroup') {
      const json = { scaleBy: this.random.pick([0, 0.5, 1]) };
      return { command: { type: 'PutGroup', groupId, json, force, dryRun: false } };
    }
    const mark = this.nextMark();
    const [first, second] = ['x', 'y'].map((name) => this.definition(name, mark));
    const json = {
      id: '/k',
      apps: [first, { ...second, dependencies: this.random.chance(0.7) ? ['/k/x'] : [] }],
    };
    return {
      command: { type: 'PutGroup', groupId: '/', json: { groups: [json] }, force, dryRun: false },
      mark,
    };
  }

  private someTasks(appId: string): TaskSelection {
    if (this.random.chance(0.3)) return { appId };
    const taskIds = this.book.of(appId).flatMap(({ taskId }) => taskId ?? []);
    return { taskIds: taskIds.slice(0, this.random.between(1, 3)) };
  }

  private definition(id: string, mark: string): Record<string, unknown> {
    return anyDefinition(this.random, id, mark);
  }

  private nextMark(): string {
    this.marks += 1;
    return markOf(this.random, this.marks);
  }
}
