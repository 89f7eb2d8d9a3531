import type { Attribute, Offer } from '../../cluster/mesos-shapes.js';
import type { Agent } from '../../instances/instance.js';
import { scalarText } from './scalar-text.js';

/** What an offer tells about its agent; recorded with the instance that is launched there. */
export function agentOf(offer: Offer): Agent {
  const region = offer.domain?.fault_domain?.region?.name;
  const zone = offer.domain?.fault_domain?.zone?.name;
  return {
    host: offer.hostname,
    agentId: offer.agent_id.value,
    ...(region === undefined ? {} : { region }),
    ...(zone === undefined ? {} : { zone }),
    attributes: offer.attributes ?? [],
  };
}

/** The value that a constraint's field has on an agent, `undefined` when it has none (`spec/scheduling.md` §3.5). */
export function fieldValue(agent: Agent, field: string): string | undefined {
  switch (field) {
    case 'hostname':
    case '@hostname':
      return agent.host;
    case '@region':
      return agent.region;
    case '@zone':
      return agent.zone;
    default: {
      const attribute = agent.attributes.find(({ name }) => name === field);
      return attribute === undefined ? undefined : attributeText(attribute);
    }
  }
}

/** An attribute rendered as text. */
export function attributeText({ text, scalar, ranges, set }: Attribute): string {
  if (text !== undefined) return text.value;
  if (scalar !== undefined) return scalarText(String(scalar.value));
  if (ranges !== undefined) {
    const sorted = (ranges.range ?? []).toSorted((a, b) => a.begin - b.begin);
    return `[${sorted.map(({ begin, end }) => `${begin}-${end}`).join(',')}]`;
  }
  return `{${(set?.item ?? []).toSorted().join(',')}}`;
}
