import { isAllocatableTo, reservationsOf, sumScalar, type DomainInfo, type Resource } from '#mesos';
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
): Resource[] {
  if (isGpuAgentHidden(agent, framework, rules) || isRegionHidden(agent, framework, rules)) {
    return [];
  }
  return agent.available.filter(
    (resource) => isAllocatableTo(resource, role) && canHandle(framework, resource),
  );
}

function canHandle(framework: Framework, resource: Resource): boolean {
  if (resource.shared !== undefined && !framework.can('SHARED_RESOURCES')) return false;
  if (resource.revocable !== undefined && !framework.can('REVOCABLE_RESOURCES')) return false;
  return reservationsOf(resource).length <= 1 || framework.can('RESERVATION_REFINEMENT');
}

function isGpuAgentHidden(agent: Agent, framework: Framework, rules: VisibilityRules): boolean {
  return rules.filterGpuResources && !framework.can('GPU_RESOURCES') && sumScalar(agent.total, 'gpus') > 0;
}

/** An agent without a domain counts as one of the home region (C§20.2). */
function isRegionHidden(agent: Agent, framework: Framework, rules: VisibilityRules): boolean {
  const region = agent.info.domain?.fault_domain?.region.name;
  const isRemote = region !== undefined && region !== rules.masterDomain?.fault_domain?.region.name;
  return isRemote && !framework.can('REGION_AWARE');
}
