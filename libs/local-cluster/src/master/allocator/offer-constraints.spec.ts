import { describe, expect, it } from 'vitest';
import type { AttributePredicate, AttributeSelector } from '#mesos';
import { passesConstraints } from './offer-constraints.js';

const agent = {
  hostname: 'a9.example.net',
  port: 5051,
  resources: [],
  attributes: [
    { name: 'rack', type: 'TEXT' as const, text: { value: 'r7' } },
    { name: 'rack', type: 'TEXT' as const, text: { value: 'r8' } },
    { name: 'gen', type: 'SCALAR' as const, scalar: { value: 3 } },
  ],
  domain: { fault_domain: { region: { name: 'eu' }, zone: { name: 'eu-a' } } },
};

const rack = { attribute_name: 'rack' };
const gen = { attribute_name: 'gen' };
const absent = { attribute_name: 'absent' };

describe('one constraint', () => {
  it.each<[string, AttributeSelector, AttributePredicate, boolean]>([
    ['exists', rack, { exists: {} }, true],
    ['does not exist', absent, { exists: {} }, false],
    ['not_exists', absent, { not_exists: {} }, true],
    ['equals', rack, { text_equals: { value: 'r7' } }, true],
    ['the first of several counts', rack, { text_equals: { value: 'r8' } }, false],
    ['not equals', rack, { text_not_equals: { value: 'r7' } }, false],
    ['matches as a whole', rack, { text_matches: { regex: 'r[0-9]' } }, true],
    ['does not match in part', rack, { text_matches: { regex: 'r' } }, false],
    ['not matches', rack, { text_not_matches: { regex: 'r[0-9]' } }, false],
    ['no text passes equals', gen, { text_equals: { value: 'x' } }, true],
    ['no text passes not matches', gen, { text_not_matches: { regex: '.*' } }, true],
    ['absent fails equals', absent, { text_equals: { value: 'x' } }, false],
    ['absent passes not equals', absent, { text_not_equals: { value: 'x' } }, true],
    ['absent fails matches', absent, { text_matches: { regex: '.*' } }, false],
    ['host name', { pseudoattribute_type: 'HOSTNAME' }, { text_equals: { value: 'a9.example.net' } }, true],
    ['region', { pseudoattribute_type: 'REGION' }, { text_equals: { value: 'us' } }, false],
    ['zone', { pseudoattribute_type: 'ZONE' }, { text_equals: { value: 'eu-a' } }, true],
  ])('%s', (_, selector, predicate, passes) => {
    const groups = [{ attribute_constraints: [{ selector, predicate }] }];
    expect(passesConstraints(agent, 'r', { role_constraints: { r: { groups } } })).toBe(passes);
  });
});

const constraint = (
  selector: AttributeSelector,
): { selector: AttributeSelector; predicate: AttributePredicate } => ({
  selector,
  predicate: { exists: {} },
});

it('needs one whole group, and nothing where the role has no constraints', () => {
  const groups = [
    { attribute_constraints: [constraint(rack), constraint(absent)] },
    { attribute_constraints: [constraint(gen)] },
  ];
  expect(passesConstraints(agent, 'r', { role_constraints: { r: { groups } } })).toBe(true);
  expect(passesConstraints(agent, 'r', { role_constraints: { r: { groups: groups.slice(0, 1) } } })).toBe(
    false,
  );
  expect(passesConstraints(agent, 'other', { role_constraints: { r: { groups: groups.slice(0, 1) } } })).toBe(
    true,
  );
});
