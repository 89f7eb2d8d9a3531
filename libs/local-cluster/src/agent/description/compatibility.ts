import { isDeepStrictEqual } from 'node:util';
import { containsResources } from '#mesos';
import type { AgentInfo } from '../../link/messages.js';
import type { ReconfigurationPolicy } from '../agent-options.js';

/**
 * Whether an agent may come back under its old id with this configuration (spec/local-cluster.md §7.3, §20.2):
 * `equal` allows no change, `additive` allows more resources and more attributes, `any` everything. Gives the
 * differences, nothing when compatible. The port is not compared: it may be any free one.
 */
export function findIncompatibility(
  previous: AgentInfo,
  current: AgentInfo,
  policy: ReconfigurationPolicy,
): string | undefined {
  if (policy === 'any') return undefined;
  const differences = [
    differs('hostname', previous.hostname, current.hostname),
    differs('domain', previous.domain, current.domain),
    policy === 'equal'
      ? differs('attributes', previous.attributes, current.attributes)
      : lostAttributes(previous, current),
    policy === 'equal'
      ? differs('resources', previous.resources, current.resources)
      : lostResources(previous, current),
  ].filter((difference) => difference !== undefined);
  if (differences.length === 0) return undefined;
  return `Incompatible agent info detected under the '${policy}' reconfiguration policy: ${differences.join('; ')}`;
}

function differs(name: string, previous: unknown, current: unknown): string | undefined {
  // Through JSON: what was read back from disk has no members that are undefined.
  const [before, after] = [previous, current].map((value) => JSON.stringify(value ?? null));
  if (isDeepStrictEqual(JSON.parse(before!), JSON.parse(after!))) return undefined;
  return `${name} were ${before} and are now ${after}`;
}

function lostAttributes(previous: AgentInfo, current: AgentInfo): string | undefined {
  const now = current.attributes.map((attribute) => JSON.stringify(attribute));
  const lost = previous.attributes
    .map((attribute) => JSON.stringify(attribute))
    .filter((text) => !now.includes(text));
  return lost.length === 0 ? undefined : `attributes ${lost.join(', ')} are gone or changed`;
}

function lostResources(previous: AgentInfo, current: AgentInfo): string | undefined {
  if (containsResources(current.resources, previous.resources)) return undefined;
  return differs('resources', previous.resources, current.resources);
}
