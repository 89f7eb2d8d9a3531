import { parseArgs } from 'node:util';
import {
  decideApiCommand,
  SchedulerRuntime,
  State,
  TimeUuids,
  Turn,
  type ApiCommand,
  type Plan,
} from '#domain';
import { UNHINDERED } from '../test/support/unhindered-settings.js';
import { rounded, type BenchmarkResult } from './result.js';

/** Limits, in ms. */
const INITIAL_LIMIT = 1000;
const CHANGE_LIMIT = 50;

const GROUPS = 20;
const APPS_PER_GROUP = 1000;
/** Apps of a group depend on one another in chains of this length. */
const CHAIN = 5;
const CHANGES = 20;

/**
 * Plans over a tree of 20 groups with 1,000 apps each, dependencies included: first all of it at once, then one app
 * changed. What is measured is the whole decision of the command: the definition read and checked, the trees compared,
 * the plan, and its events folded into the state. Options: `--no-dependencies`.
 */
export function run(options: string[]): Promise<BenchmarkResult> {
  const { values } = parseArgs({
    args: options,
    options: { 'no-dependencies': { type: 'boolean', default: false } },
  });
  const tree = new Tree(!values['no-dependencies']);
  const initial = tree.create();
  console.log(`initial plan   ${rounded(initial)} ms (limit ${INITIAL_LIMIT} ms)`);
  const changes = Array.from({ length: CHANGES }, (_, index) => tree.change(index)).toSorted((a, b) => a - b);
  console.log(`one app        ${changes.map((change) => rounded(change, 2)).join(' ')} ms`);
  const worst = changes.at(-1)!;
  return Promise.resolve({
    value: rounded(worst),
    unit: 'ms for the plan of one changed app, the slowest',
    reference: CHANGE_LIMIT,
    ratio: rounded(worst / CHANGE_LIMIT),
  });
}

class Tree {
  private readonly state = new State();
  private readonly settings = UNHINDERED;
  private readonly runtime = new SchedulerRuntime(this.settings, 0);
  private readonly uuids = new TimeUuids(1, 1);
  private nowMs = Date.UTC(2026, 0, 1);

  constructor(private readonly withDependencies: boolean) {}

  /** Duration in ms. */
  create(): number {
    const items: unknown[] = [];
    for (let group = 0; group < GROUPS; group++) {
      for (let app = 0; app < APPS_PER_GROUP; app++) items.push(this.definition(group, app));
    }
    return this.decide({
      type: 'UpdateApps',
      items,
      force: true,
      partialUpdate: false,
      createMissing: true,
    });
  }

  change(index: number): number {
    const [group, app] = [index % GROUPS, (index * 37) % APPS_PER_GROUP];
    return this.decide({
      type: 'PutApp',
      appId: idOf(group, app),
      json: { cmd: `exec ./serve ${index}` },
      force: true,
      partialUpdate: true,
      uri: '/v2/apps',
    });
  }

  private definition(group: number, app: number) {
    const dependencies: string[] = [];
    if (app % CHAIN > 0) dependencies.push(idOf(group, app - 1));
    else if (app === 0 && group > 0) dependencies.push(`/group-${group - 1}`);
    return {
      id: idOf(group, app),
      cmd: 'exec ./serve',
      cpus: 0.1,
      mem: 64,
      instances: 2,
      portDefinitions: [],
      labels: { team: `team-${app % 20}` },
      dependencies: this.withDependencies ? dependencies : [],
    };
  }

  private decide(command: ApiCommand): number {
    const { nowMs } = this;
    let events = 0;
    const turn = new Turn(this.state, this.runtime, this.settings, {
      nowMs,
      newEventId: () => `event-${nowMs}-${++events}`,
      newUuid: () => this.uuids.next(nowMs),
      newTimeUuid: () => this.uuids.next(nowMs),
      random: Math.random,
    });
    const startedMs = performance.now();
    const reply = decideApiCommand(turn, command);
    const durationMs = performance.now() - startedMs;
    if (reply.kind !== 'accepted' || sizeOf(reply.plan) === 0) throw new Error(JSON.stringify(reply));
    this.nowMs += 1000;
    return durationMs;
  }
}

const idOf = (group: number, app: number): string => `/group-${group}/app-${app}`;

const sizeOf = (plan: Plan | undefined): number =>
  plan?.steps.reduce((sum, { actions }) => sum + actions.length, 0) ?? 0;
