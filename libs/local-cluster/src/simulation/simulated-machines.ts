import { parseResources, type DomainInfo, type Resource } from '#mesos';
import { parseAttributes } from '../agent/description/parse-attributes.js';
import type { AgentDescription } from '../link/messages.js';
import type { NewAgents } from '../control/cluster-member.js';
import type { SimulatedMachine } from './simulated-agent.js';
import type { AgentGroup } from './simulation-plan.js';
import { addressAfter, fillTemplate } from './text-template.js';

type Attributes = AgentDescription['info']['attributes'];

/** Where agents are that nobody gave an address (RFC 2544: for tests of networks). */
const FIRST_ADDRESS = '198.18.0.0';

/** Makes the machines of a simulation; those that say the same share what they say. */
export class SimulatedMachines {
  private readonly resources = new Map<string, readonly Resource[]>();
  private readonly attributes = new Map<string, Attributes>();
  private made = 0;

  /**
   * The machine with this number within its group.
   *
   * @throws Error when its resources or attributes cannot be read.
   */
  make(group: AgentGroup, index: number): SimulatedMachine {
    const place = this.made;
    this.made += 1;
    const { hostname, ipBase, attributes, domain, troubles } = group;
    return {
      hostname: fillTemplate(hostname, index),
      ip: ipBase === undefined ? addressAfter(FIRST_ADDRESS, place) : addressAfter(ipBase, index),
      resources: this.resourcesOf(fillTemplate(group.resources, index)),
      attributes: this.attributesOf(fillTemplate(attributes ?? '', index)),
      domain: domain === undefined ? undefined : domainInfo(domain, index),
      troubles,
      reread: (change) => this.reread(change),
    };
  }

  private reread({
    attributes,
    resources,
  }: Pick<NewAgents, 'attributes' | 'resources'>): Partial<SimulatedMachine> {
    return {
      ...(attributes === undefined ? {} : { attributes: this.attributesOf(attributes) }),
      ...(resources === undefined ? {} : { resources: this.resourcesOf(resources) }),
    };
  }

  private resourcesOf(text: string): readonly Resource[] {
    const known = this.resources.get(text);
    if (known !== undefined) return known;
    const parsed = parseResources(text);
    if (!parsed.ok) throw new Error(`resources '${text}': ${parsed.error}`);
    this.resources.set(text, parsed.resources);
    return parsed.resources;
  }

  private attributesOf(text: string): Attributes {
    const known = this.attributes.get(text);
    if (known !== undefined) return known;
    const parsed = parseAttributes(text);
    if (!parsed.ok) throw new Error(parsed.error);
    this.attributes.set(text, parsed.attributes);
    return parsed.attributes;
  }
}

function domainInfo({ region, zone }: { region: string; zone: string }, index: number): DomainInfo {
  return {
    fault_domain: {
      region: { name: fillTemplate(region, index) },
      zone: { name: fillTemplate(zone, index) },
    },
  };
}
