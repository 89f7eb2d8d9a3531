import type { BenchmarkResult } from '../result.js';
import { KUBERNETES, MARATHON_2015, NOMAD_C1M } from './peers.js';
import { storm } from './storm.js';

/** Four apps to 50,000 instances on 24,000 cores, as Marathon did on stage. */
export function run(): Promise<BenchmarkResult> {
  return storm({
    apps: 4,
    instancesPerApp: 12_500,
    agents: 1000,
    resources: 'cpus:24;mem:98304;disk:100000;ports:[31000-32000]',
    cpus: 0.4,
    mem: 128,
    limitSeconds: 15,
    peers: [MARATHON_2015, KUBERNETES, NOMAD_C1M],
  });
}
