import type { BenchmarkResult } from '../result.js';
import { KUBERNETES, MARATHON_2015, NOMAD_C1M } from './peers.js';
import { storm } from './storm.js';

/** A million instances: 1,000 apps of 1,000 on 5,000 agents. */
export function run(): Promise<BenchmarkResult> {
  return storm({
    apps: 1000,
    instancesPerApp: 1000,
    agents: 5000,
    resources: 'cpus:64;mem:262144;disk:1000000;ports:[31000-32000]',
    cpus: 0.25,
    mem: 64,
    limitSeconds: 300,
    peers: [NOMAD_C1M, KUBERNETES, MARATHON_2015],
  });
}
