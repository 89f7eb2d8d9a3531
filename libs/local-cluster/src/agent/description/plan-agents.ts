import type { DetectedShare } from '../agent-options.js';

/** How agents of one machine get their addresses (spec/local-cluster.md §3.3). */
export type Addressing = 'shared' | 'loopback';

/** What distinguishes the agents of one machine. */
export interface AgentPlan {
  readonly ip: string;
  readonly hostname: string;
  readonly port: number;
  readonly detectedShare: DetectedShare;
}

/** First and default port of agents. */
export const defaultAgentPort = 5051;

/**
 * Addresses and shares of `count` agents. One agent, or any number with `shared`, uses `ip` and its port upwards;
 * several on Linux get addresses of their own in 127.0.0.10 and up, so that constraints on host names work.
 */
export function planAgents(options: {
  readonly count: number;
  readonly ip: string;
  readonly hostname: string;
  readonly firstPort: number;
  readonly addressing?: Addressing | undefined;
  readonly platform?: NodeJS.Platform | undefined;
}): AgentPlan[] {
  const { count, ip, hostname, firstPort } = options;
  const hasLoopbackNet = (options.platform ?? process.platform) === 'linux';
  const addressing = options.addressing ?? (count > 1 && hasLoopbackNet ? 'loopback' : 'shared');
  return Array.from({ length: count }, (_, index) => {
    const own = `127.0.0.${10 + index}`;
    return {
      ip: addressing === 'loopback' ? own : ip,
      hostname: addressing === 'loopback' ? own : hostname,
      port: firstPort === 0 ? 0 : firstPort + index,
      detectedShare: { index, count },
    };
  });
}
