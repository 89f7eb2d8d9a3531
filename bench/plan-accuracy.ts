import { parseArgs } from 'node:util';
import { measurePlans } from '../test/support/plan-accuracy.js';
import { seededRandom } from '../test/support/random.js';
import { SIX_AGENTS } from '../test/support/random-writes.js';
import { Site } from '../test/support/site.js';
import { compared, type BenchmarkResult } from './result.js';

/**
 * Plans random writes on a local cluster of six agents, sends each of them, and compares: the share of those whose steps, or
 * refusal, came as they were foreseen, and of those whose instances came to run on exactly the agents that were named.
 */
export async function run(options: string[]): Promise<BenchmarkResult> {
  const { values } = parseArgs({ args: options, options: { writes: { type: 'string', default: '200' } } });
  const site = await Site.start({ ownCluster: true, args: SIX_AGENTS });
  try {
    const accuracy = await measurePlans(site.api, Number(values.writes), seededRandom('plan-accuracy'));
    const { writes, exactSteps, placing, exactPlacements, outcomes, reasons } = accuracy;
    console.log(
      `outcomes     ${Array.from(outcomes, ([outcome, count]) => `${count} ${outcome}`).join(', ')}`,
    );
    console.log(`steps        ${exactSteps} of ${writes} exactly as foreseen, refusals included`);
    console.log(`placements   ${exactPlacements} of ${placing} on exactly the agents foreseen, the others:`);
    for (const [reason, count] of reasons) console.log(`             ${count} ${reason}`);
    return compared(exactSteps / writes, 1, 'share of writes whose steps were foreseen exactly');
  } finally {
    await site.dispose();
  }
}
