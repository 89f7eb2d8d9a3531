import { isAllocatableTo, reservationsOf, type DomainInfo, type Resource } from '#mesos';
import type { Agent } from '../state/agent.js';
import type { Framework } from '../state/framework.js';

export interface VisibilityRules {
  readonly filterGpuResources: boolean;
  readonly masterDomain: DomainInfo | undefined;
}

/** What of the agent's free resources the framework may see in this role (spec/local-cluster.md §5.3 stage 2). */
export function visibleResources(
  agent: Agent,
  framework: Framework,
  role: string,
  rules: VisibilityRules,
): readonly Resource[] {
  if (isGpuAgentHidden(agent, framework, rules) || isRegionHidden(agent, framework, rules)) {
    return [];
  }
  const isVisible = (resource: Resource): boolean =>
    isAllocatableTo(resource, role) && canHandle(framework, resource);
  // The list itself, where all of it is visible: taking it is quick then.
  return agent.available.every(isVisible) ? agent.available : agent.available.filter(isVisible);
}

function canHandle(framework: Framework, resource: Resource): boolean {
  if (resource.shared !== undefined && !framework.can('SHARED_RESOURCES')) return false;
  if (resource.revocable !== undefined && !framework.can('REVOCABLE_RESOURCES')) return false;
  return reservationsOf(resource).length <= 1 || framework.can('RESERVATION_REFINEMENT');
}

function isGpuAgentHidden(agent: Agent, framework: Framework, rules: VisibilityRules): boolean {
  return rules.filterGpuResources && agent.hasGpus && !framework.can('GPU_RESOURCES');
}

/** An agent without a domain counts as one of the home region (C§20.2). */
function isRegionHidden(agent: Agent, framework: Framework, rules: VisibilityRules): boolean {
  const region = agent.info.domain?.fault_domain?.region.name;
  const isRemote = region !== undefined && region !== rules.masterDomain?.fault_domain?.region.name;
  return isRemote && !framework.can('REGION_AWARE');
}
