import { describe, expect, it } from 'vitest';
import { checkIdentity } from './cluster-identity.js';

const NAME = { frameworkName: 'marathon' };
const ELECTED = { ...NAME, electionPath: '/marathon/ekiden/leader' };

describe('a node of a cluster', () => {
  it.each([
    ['on a new log', ELECTED, undefined],
    ['like the others', ELECTED, ELECTED],
    ['after a term without an election', ELECTED, NAME],
    ['that is alone on the log of a cluster', NAME, ELECTED],
  ])('is accepted %s', (_, own, known) => {
    expect(checkIdentity(own, known)).toBeUndefined();
  });

  it('that is alone may change its name, and is told so', () => {
    expect(checkIdentity({ frameworkName: 'other' }, NAME)).toMatch(/'marathon'.*'other'/);
  });

  it.each([
    ['name', { ...ELECTED, frameworkName: 'other' }, ELECTED, /'other'.*'marathon'.*--framework_name/],
    ['name after a term without an election', { ...ELECTED, frameworkName: 'other' }, NAME, /'other'/],
    ['path', { ...ELECTED, electionPath: '/x' }, ELECTED, /'\/x'.*'\/marathon\/ekiden\/leader'.*--zk/],
    [
      'name and path',
      { frameworkName: 'other', electionPath: '/x' },
      ELECTED,
      /'other'.*'marathon'.*'\/x'.*--disable_ha/,
    ],
  ])('with another %s is refused, with both values and what to do', (_, own, known, message) => {
    expect(() => checkIdentity(own, known)).toThrow(message);
  });
});
