import { parseArgs } from 'node:util';
import type { BenchmarkResult } from '../result.js';
import { KUBERNETES, MARATHON_2015, NOMAD_C1M } from './peers.js';
import { storm } from './storm.js';

const INSTANCES_PER_APP = 1000;
const AGENTS_PER_APP = 5;

/** A million in five minutes. */
const LIMIT_SECONDS_PER_APP = 0.3;

/** A million instances: 1,000 apps of 1,000 on 5,000 agents. Options: `--apps N`, with so many fewer agents. */
export function run(options: string[]): Promise<BenchmarkResult> {
  const { values } = parseArgs({ args: options, options: { apps: { type: 'string', default: '1000' } } });
  const apps = Number(values.apps);
  return storm({
    apps,
    instancesPerApp: INSTANCES_PER_APP,
    agents: apps * AGENTS_PER_APP,
    resources: 'cpus:64;mem:262144;disk:1000000;ports:[31000-32000]',
    cpus: 0.25,
    mem: 64,
    limitSeconds: apps * LIMIT_SECONDS_PER_APP,
    peers: [NOMAD_C1M, KUBERNETES, MARATHON_2015],
  });
}
