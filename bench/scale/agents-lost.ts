import type { EventData } from '#domain';
import { compared, rounded, type BenchmarkResult } from '../result.js';
import { createApps, untilDeployed } from './client.js';
import { ScaleScene } from './scale-scene.js';

const AGENTS = 1000;
const LOST = 100;
const APPS = 50;
const INSTANCES_PER_APP = 1000;

/** From the first sign that an agent is gone to the first decision that follows from it. */
const REACTION_LIMIT_MS = 1000;

/** Requests to the control API in parallel. */
const PARALLEL = 20;

const STEP_LIMIT_MS = 600_000;
const POLL_INTERVAL_MS = 100;

/** What the log tells of the loss. */
interface Loss {
  readonly firstSignMs: number;
  readonly firstReactionMs: number;
  readonly lastSignMs: number;
  readonly lastReplacementMs: number;
  readonly lost: number;
  readonly replaced: number;
}

/** A tenth of 1,000 agents with 50,000 tasks goes at once: how soon that is acted upon, and when all are replaced. */
export async function run(): Promise<BenchmarkResult> {
  const scene = await ScaleScene.start({
    agents: AGENTS,
    resources: 'cpus:24;mem:98304;disk:100000;ports:[31000-32000]',
  });
  try {
    const wishes = Array.from({ length: APPS }, (_, index) => ({
      id: `/lost/app-${index}`,
      instances: INSTANCES_PER_APP,
    }));
    await createApps(scene.url, wishes, PARALLEL);
    await untilDeployed(scene.url, STEP_LIMIT_MS);
    const file = scene.log();
    const after = file.head();
    file.close();
    await loseAgents(scene.simulator.url);
    const loss = await untilReplaced(scene, after);
    const { firstSignMs, firstReactionMs, lastSignMs, lastReplacementMs, lost, replaced } = loss;
    const reactionMs = firstReactionMs - firstSignMs;
    const seconds = (lastReplacementMs - firstSignMs) / 1000;
    console.log(
      `${LOST} of ${AGENTS} agents lost with ${lost} tasks, told within ${lastSignMs - firstSignMs} ms`,
    );
    console.log(`first replacement decided after ${reactionMs} ms (limit ${REACTION_LIMIT_MS} ms)`);
    console.log(
      `${replaced} replacements running after ${rounded(seconds)} s, ${rounded(replaced / seconds)}/s`,
    );
    return compared(reactionMs, REACTION_LIMIT_MS, 'ms from the first sign to the first reaction');
  } finally {
    await scene.stop();
  }
}

async function loseAgents(simulatorUrl: string): Promise<void> {
  const places = Array.from({ length: LOST }, (_, index) => index * (AGENTS / LOST)).values();
  const sides = Array.from({ length: PARALLEL }, async () => {
    for (const place of places) {
      const answer = await fetch(`${simulatorUrl}/_control/agents/${place}/unreachable`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{}',
      });
      if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
    }
  });
  await Promise.all(sides);
}

/** Reads the log until every task that was lost has a replacement that runs. */
async function untilReplaced(scene: ScaleScene, after: number): Promise<Loss> {
  for (const endMs = performance.now() + STEP_LIMIT_MS; ;) {
    const file = scene.log();
    const events = file.read(after, 1_000_000);
    file.close();
    const statuses = events.filter(({ type }) => type === 'TaskStatusChanged');
    const of = (wanted: string) =>
      statuses.filter(({ data }) => (data as EventData['TaskStatusChanged']).condition === wanted);
    const signs = of('Unreachable');
    const running = of('Running');
    const reaction = events.find(
      ({ type }) => type === 'InstanceScheduled' || type === 'InstanceProvisioned',
    );
    if (signs.length > 0 && running.length >= signs.length && reaction !== undefined)
      return {
        firstSignMs: signs[0]?.time ?? 0,
        lastSignMs: signs.at(-1)?.time ?? 0,
        firstReactionMs: reaction.time,
        lastReplacementMs: running.at(-1)?.time ?? 0,
        lost: signs.length,
        replaced: running.length,
      };
    if (performance.now() > endMs) throw new Error(`${running.length} of ${signs.length} replaced in time`);
    await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
  }
}
