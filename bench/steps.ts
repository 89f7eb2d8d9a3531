import { parseArgs } from 'node:util';
import type { ApiCommand } from '#domain';
import { compared, rounded, type BenchmarkResult } from './result.js';
import { GarbagePauses } from './garbage-pauses.js';
import { StepScene, TURN_LIMIT_MS, type PhaseReport } from './step-scene.js';

/** The same is done with a tree of this part of the size, to see how the time grows. */
const PART = 4;

/** Instances that one app is scaled to. */
const INSTANCES = 20_000;

/**
 * Deployments of one big group: its apps are created, all at once in one step, then replaced, then deleted; and one app
 * is scaled to 20,000 instances, to half of them, and deleted. Options: `--apps N`.
 */
export async function run(options: string[]): Promise<BenchmarkResult> {
  const { values } = parseArgs({ args: options, options: { apps: { type: 'string', default: '10000' } } });
  const apps = Number(values.apps);
  const garbage = new GarbagePauses();
  await measure(Math.round(apps / PART), garbage);
  const part = await measure(Math.round(apps / PART), garbage);
  const whole = await measure(apps, garbage);
  garbage.stop();
  for (const [index, [name, report]] of whole.entries()) {
    const before = part[index]?.[1];
    const isOfGroup = name.startsWith('group');
    print(
      name,
      report,
      isOfGroup && before !== undefined ? report.totalMs / (PART * before.totalMs) : undefined,
    );
  }
  const longest = Math.max(...whole.map(([, { longestTurnMs }]) => longestTurnMs));
  return compared(
    longest,
    TURN_LIMIT_MS,
    'ms for the longest turn of a deployment, garbage collection apart',
  );
}

type Phase = readonly [name: string, report: PhaseReport];

async function measure(apps: number, garbage: GarbagePauses): Promise<Phase[]> {
  const scene = new StepScene(garbage);
  const group = { groupId: '/group', force: true, dryRun: false };
  const put = (instances: number, cmd: string): ApiCommand => ({
    ...group,
    type: 'PutGroup',
    json: { apps: Array.from({ length: apps }, (_, index) => definition(`app-${index}`, instances, cmd)) },
  });
  return [
    ['group of apps without instances', await scene.change(put(0, 'exec ./serve'))],
    ['group scaled to one instance each', await scene.change(put(1, 'exec ./serve'))],
    ['group with every app replaced', await scene.change(put(1, 'exec ./serve --fast'))],
    ['group deleted', await scene.change({ ...group, type: 'DeleteGroup' })],
    ['one app of 20,000 instances', await scene.change(scaled(INSTANCES))],
    ['one app scaled to half of them', await scene.change(scaled(INSTANCES / 2))],
    ['one app deleted', await scene.change({ type: 'DeleteApp', appId: '/single', force: true })],
  ];
}

function scaled(instances: number): ApiCommand {
  return {
    type: 'PutApp',
    appId: '/single',
    json: definition('/single', instances, 'exec ./serve'),
    force: true,
    partialUpdate: false,
    uri: '/v2/apps',
  };
}

function definition(id: string, instances: number, cmd: string) {
  return { id, cmd, instances, cpus: 0.1, mem: 64, portDefinitions: [] };
}

function print(
  name: string,
  { acceptedMs, longestTurnMs, turnsAboveLimit, turns, totalMs }: PhaseReport,
  growth: number | undefined,
): void {
  const figures = [
    `accepted in ${rounded(acceptedMs)} ms`,
    `longest turn ${rounded(longestTurnMs)} ms`,
    `${turnsAboveLimit} of ${turns} turns above ${TURN_LIMIT_MS} ms`,
    `all of them ${rounded(totalMs)} ms`,
    ...(growth === undefined ? [] : [`${rounded(growth)} of linear growth`]),
  ];
  console.log(`${name.padEnd(35)} ${figures.join(', ')}`);
}
