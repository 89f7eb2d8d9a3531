import { describe, expect, it } from 'vitest';
import type { Attribute } from '../../cluster/mesos-shapes.js';
import { anOffer, text } from '../app.fixture.js';
import { agentOf, attributeText, fieldValue } from './field-value.js';
import { scalarText } from './scalar-text.js';

describe('field values', () => {
  const agent = agentOf(
    anOffer(7, {
      attributes: [text('rack', 'a'), text('rack', 'b')],
      domain: { fault_domain: { region: { name: 'eu' }, zone: { name: 'eu-1' } } },
    }),
  );

  it.each([
    ['hostname', 'host-7'],
    ['@hostname', 'host-7'],
    ['@region', 'eu'],
    ['@zone', 'eu-1'],
    ['rack', 'a'],
    ['row', undefined],
  ])('%s is %s', (field, value) => {
    expect(fieldValue(agent, field)).toBe(value);
  });

  it.each<[Omit<Attribute, 'name'>, string]>([
    [{ type: 'TEXT', text: { value: '0.80' } }, '0.80'],
    [{ type: 'SCALAR', scalar: { value: 0.8 } }, '0.8'],
    [
      {
        type: 'RANGES',
        ranges: {
          range: [
            { begin: 9, end: 10 },
            { begin: 1, end: 3 },
          ],
        },
      },
      '[1-3,9-10]',
    ],
    [{ type: 'SET', set: { item: ['b', 'a'] } }, '{a,b}'],
  ])('%j is rendered as %s', (attribute, expected) => {
    expect(attributeText({ name: 'x', ...attribute })).toBe(expected);
  });

  it.each([
    ['0.80', '0.8'],
    ['1', '1'],
    ['1.', '1'],
    ['1.0005', '1'],
    ['1.0015', '1.002'],
    ['1.00050001', '1.001'],
    ['0.9999', '1'],
    ['-1.2345', '-1.234'],
    ['-0.0001', '0'],
    ['1e-7', '0'],
    ['1e+21', '1000000000000000000000'],
    ['007.50', '7.5'],
  ])('the scalar %s is %s', (decimal, expected) => {
    expect(scalarText(decimal)).toBe(expected);
  });
});
