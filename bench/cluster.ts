import { parseArgs } from 'node:util';
import { EkidenCluster } from '../test/support/ekiden-cluster.js';
import { measureFailovers } from './cluster-failovers.js';
import { measureThroughput } from './cluster-throughput.js';
import { compared, type BenchmarkResult } from './result.js';

/** Of the nodes in the election while failovers are measured. */
const SESSION_TIMEOUT_MS = 3_000;

/** Processors that are busy with a measurement must not look like nodes that are gone. */
const PATIENT_SESSION_TIMEOUT_MS = 20_000;

/**
 * Durable commands per second on Kafka with three brokers on this machine, and how long writes wait when something is
 * lost. Options: `--nodes N` for the commands (1), `--connections N,N` (64,256), `--seconds N` per round (4), `--runs N`
 * of each failure (5), 0 for none.
 */
export async function run(options: string[]): Promise<BenchmarkResult> {
  const { values } = parseArgs({
    args: options,
    options: {
      nodes: { type: 'string', default: '1' },
      connections: { type: 'string', default: '64,256' },
      seconds: { type: 'string', default: '4' },
      runs: { type: 'string', default: '5' },
    },
  });
  const connections = values.connections.split(',').map(Number);
  const result = await throughput(Number(values.nodes), { connections, seconds: Number(values.seconds) });
  if (Number(values.runs) > 0) await failovers(Number(values.runs));
  return result;
}

/** The one with the smallest ratio, if there are several numbers of connections. */
async function throughput(
  nodes: number,
  plan: { connections: readonly number[]; seconds: number },
): Promise<BenchmarkResult> {
  const cluster = await EkidenCluster.start({
    nodes,
    kafka: { size: 3 },
    sessionTimeoutMs: PATIENT_SESSION_TIMEOUT_MS,
    args: ['--max_running_deployments', '1000000', '--logging_level', 'warn'],
  });
  try {
    const results = await measureThroughput(cluster, plan);
    const [worst] = results.map(({ ekiden, bare }) => compared(ekiden, bare, 'requests/s')).toSorted(byRatio);
    return worst!;
  } finally {
    await cluster.dispose();
  }
}

const byRatio = (a: BenchmarkResult, b: BenchmarkResult): number => a.ratio - b.ratio;

async function failovers(runs: number): Promise<void> {
  const cluster = await EkidenCluster.start({
    nodes: 3,
    kafka: { size: 3 },
    sessionTimeoutMs: SESSION_TIMEOUT_MS,
  });
  try {
    await measureFailovers(cluster, { runs, sessionTimeoutMs: SESSION_TIMEOUT_MS });
  } finally {
    await cluster.dispose();
  }
}
