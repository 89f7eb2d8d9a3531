import type { AgentInfo } from '../../link/messages.js';
import type { AgentOptions } from '../agent-options.js';
import type { Host } from '../host.js';
import { determineResources } from './detect-resources.js';
import { parseAttributes } from './parse-attributes.js';

/** What the agent says about itself, or why its options make no agent. */
export type DescribedAgent =
  { readonly ok: true; readonly info: AgentInfo } | { readonly ok: false; readonly error: string };

/** Agent capabilities of the reference that this agent reports (spec/local-cluster.md §7.4). */
export const agentCapabilities: readonly string[] = [
  'MULTI_ROLE',
  'HIERARCHICAL_ROLE',
  'RESERVATION_REFINEMENT',
  'RESOURCE_PROVIDER',
  'RESIZE_VOLUME',
  'AGENT_OPERATION_FEEDBACK',
  'AGENT_DRAINING',
  'TASK_RESOURCE_LIMITS',
];

/** The agent's static description; `port` is the one it really listens on. The work directory exists. */
export async function describeAgent(
  options: AgentOptions,
  host: Host,
  port: number,
): Promise<DescribedAgent> {
  const attributes = parseAttributes(options.attributes);
  if (!attributes.ok) return attributes;
  const machine = { host, workDir: options.workDir, share: options.detectedShare };
  const determined = await determineResources(options.resources, options.defaultRole, machine);
  if (!determined.ok) return determined;
  const { hostname, domain } = options;
  return {
    ok: true,
    info: {
      hostname,
      port,
      resources: determined.resources,
      attributes: attributes.attributes,
      ...(domain === undefined ? {} : { domain }),
    },
  };
}
