import { parseArgs } from 'node:util';
import type { ApiCommand } from '#domain';
import { compared, rounded, type BenchmarkResult } from './result.js';
import { StepScene, type PhaseReport } from './step-scene.js';

/** No turn may be longer, the one that accepts a command apart, in ms. */
const TURN_LIMIT = 20;

/** The same is done with a tree of this part of the size, to see how the time grows. */
const PART = 4;

/** Instances that one app is scaled to. */
const INSTANCES = 20_000;

/**
 * Deployments of one big group: its apps are created, all at once in one step, then replaced, then deleted; and one app
 * is scaled to 20,000 instances, to half of them, and deleted. Options: `--apps N`.
 */
export function run(options: string[]): Promise<BenchmarkResult> {
  const { values } = parseArgs({ args: options, options: { apps: { type: 'string', default: '10000' } } });
  const apps = Number(values.apps);
  measure(Math.round(apps / PART));
  const part = measure(Math.round(apps / PART));
  const whole = measure(apps);
  for (const [index, [name, report]] of whole.entries()) {
    const before = part[index]?.[1];
    const isOfGroup = name.startsWith('group');
    print(name, report, isOfGroup && before !== undefined ? report.totalMs / (PART * before.totalMs) : undefined);
  }
  const longest = Math.max(...whole.map(([, { longestTurnMs }]) => longestTurnMs));
  return Promise.resolve(compared(longest, TURN_LIMIT, 'ms for the longest turn of a deployment'));
}

type Phase = readonly [name: string, report: PhaseReport];

function measure(apps: number): Phase[] {
  const scene = new StepScene();
  const group = { groupId: '/group', force: true, dryRun: false };
  const put = (instances: number, cmd: string): ApiCommand => ({
    ...group,
    type: 'PutGroup',
    json: { apps: Array.from({ length: apps }, (_, index) => definition(`app-${index}`, instances, cmd)) },
  });
  const scaled = (instances: number): ApiCommand => ({
    type: 'PutApp',
    appId: '/single',
    json: definition('/single', instances, 'exec ./serve'),
    force: true,
    partialUpdate: false,
    uri: '/v2/apps',
  });
  return [
    ['group of apps without instances', scene.change(put(0, 'exec ./serve'))],
    ['group scaled to one instance each', scene.change(put(1, 'exec ./serve'))],
    ['group with every app replaced', scene.change(put(1, 'exec ./serve --fast'))],
    ['group deleted', scene.change({ ...group, type: 'DeleteGroup' })],
    ['one app of 20,000 instances', scene.change(scaled(INSTANCES))],
    ['one app scaled to half of them', scene.change(scaled(INSTANCES / 2))],
    ['one app deleted', scene.change({ type: 'DeleteApp', appId: '/single', force: true })],
  ];
}

function definition(id: string, instances: number, cmd: string) {
  return { id, cmd, instances, cpus: 0.1, mem: 64, portDefinitions: [] };
}

function print(
  name: string,
  { acceptedMs, longestTurnMs, turns, totalMs }: PhaseReport,
  growth: number | undefined,
): void {
  const figures = [
    `accepted in ${rounded(acceptedMs)} ms`,
    `longest turn ${rounded(longestTurnMs)} ms`,
    `${turns} turns, ${rounded(totalMs)} ms`,
    ...(growth === undefined ? [] : [`${rounded(growth)} of linear growth`]),
  ];
  console.log(`${name.padEnd(35)} ${figures.join(', ')}`);
}
