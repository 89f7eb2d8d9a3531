import { toUnrefinedFormat, type Offer as OfferMessage, type Resource, type Unavailability } from '#mesos';
import type { Agent } from '../state/agent.js';
import type { Framework } from '../state/framework.js';
import type { Offer } from '../state/offer.js';

/** An offer as the framework's capabilities let it see it (C§10.1, spec/local-cluster.md §5.8). */
export function offerMessage(
  offer: Offer,
  agent: Agent,
  framework: Framework,
  unavailability?: Unavailability,
): OfferMessage {
  const { info } = agent;
  const executorIds = agent.executors.size === 0 ? [] : executorsOf(agent, framework);
  const allocation = framework.can('MULTI_ROLE') ? { allocation_info: { role: offer.role } } : {};
  return {
    id: { value: offer.id },
    framework_id: { value: framework.id },
    agent_id: { value: agent.id },
    hostname: info.hostname,
    url: agent.url,
    ...(info.domain === undefined ? {} : { domain: info.domain }),
    resources: offer.resources.flatMap((resource) => {
      const visible = wireFormat(resource, framework);
      return visible === undefined ? [] : [{ ...visible, ...allocation }];
    }),
    ...(info.attributes.length === 0 ? {} : { attributes: info.attributes }),
    ...(unavailability === undefined ? {} : { unavailability }),
    ...(executorIds.length === 0 ? {} : { executor_ids: executorIds }),
    ...allocation,
  };
}

function executorsOf(agent: Agent, framework: Framework): { value: string }[] {
  return [...agent.executors.values()]
    .filter((executor) => executor.frameworkId === framework.id)
    .map((executor) => ({ value: executor.info.executor_id.value }));
}

/** Frameworks without RESERVATION_REFINEMENT see `role`, `*` included, instead of the reservation stack (C§19.4). */
function wireFormat(resource: Resource, framework: Framework): Resource | undefined {
  if (framework.can('RESERVATION_REFINEMENT')) return resource;
  const unrefined = toUnrefinedFormat(resource);
  return unrefined && { role: '*', ...unrefined };
}
