import type { AttributePredicate, AttributeSelector, OfferConstraints } from '#mesos';
import type { AgentInfo } from '../../link/messages.js';
import { compileFullMatch } from '../validation/offer-constraints.js';

/** An agent passes a role without constraints, or with one group whose constraints all match (C§20.4). */
export function passesConstraints(info: AgentInfo, role: string, constraints: OfferConstraints): boolean {
  const groups = constraints.role_constraints?.[role]?.groups;
  return (
    groups === undefined ||
    groups.some((group) =>
      group.attribute_constraints.every(({ selector, predicate }) =>
        matches(select(info, selector), predicate),
      ),
    )
  );
}

/** The selected text; `nonText` for other attribute types, undefined when the agent has no such attribute. */
type Selected = { readonly text: string } | 'nonText' | undefined;

function select(info: AgentInfo, selector: AttributeSelector): Selected {
  if ('attribute_name' in selector) {
    const attribute = info.attributes.find((candidate) => candidate.name === selector.attribute_name);
    if (attribute === undefined) return undefined;
    return attribute.type === 'TEXT' ? { text: attribute.text.value } : 'nonText';
  }
  const text = {
    HOSTNAME: info.hostname,
    REGION: info.domain?.fault_domain?.region.name,
    ZONE: info.domain?.fault_domain?.zone.name,
  }[selector.pseudoattribute_type];
  return text === undefined ? undefined : { text };
}

function matches(selected: Selected, predicate: AttributePredicate): boolean {
  if ('exists' in predicate) return selected !== undefined;
  if ('not_exists' in predicate) return selected === undefined;
  // Attributes that are no texts cannot be filtered out by text predicates.
  if (selected === 'nonText') return true;
  const text = selected?.text;
  if ('text_equals' in predicate) return text === predicate.text_equals.value;
  if ('text_not_equals' in predicate) return text !== predicate.text_not_equals.value;
  if ('text_matches' in predicate)
    return text !== undefined && isFullMatch(text, predicate.text_matches.regex);
  return text === undefined || !isFullMatch(text, predicate.text_not_matches.regex);
}

function isFullMatch(text: string, pattern: string): boolean {
  return compileFullMatch(pattern)?.test(text) === true;
}
