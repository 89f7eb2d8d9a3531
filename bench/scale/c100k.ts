import type { BenchmarkResult } from '../result.js';
import { KUBERNETES, MARATHON_2015, NOMAD_C1M } from './peers.js';
import { storm } from './storm.js';

/** 318 apps of 315 instances on 500 agents. */
export function run(): Promise<BenchmarkResult> {
  return storm({
    apps: 318,
    instancesPerApp: 315,
    agents: 500,
    resources: 'cpus:64;mem:262144;disk:1000000;ports:[31000-32000]',
    cpus: 0.25,
    mem: 64,
    limitSeconds: 30,
    peers: [KUBERNETES, MARATHON_2015, NOMAD_C1M],
  });
}
