import { describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../events/domain-event.js';
import { formatTimestamp } from '../time/timestamp.js';
import { accepted, Scenario } from '../deciding/scenario.fixture.js';
import { evolve } from './evolve.js';
import { State } from './state.js';
import { TreeHistory } from './tree-history.js';

const version = (index: number): string => formatTimestamp(index);

const group = (id: string) => ({ id, dependencies: [] });

describe('the history of the tree', () => {
  it('keeps the last 500 versions', () => {
    const history = new TreeHistory();
    for (let index = 0; index < 700; index++) {
      history.begin(version(index));
      history.noteGroup(`/g${index}`, undefined);
    }
    expect(history.versionsOf('/', true)).toHaveLength(500);
    expect(history.backTo(version(199))).toBeUndefined();
    expect(history.backTo(version(200))?.groups.size).toBe(499);
  });

  it('gives up old versions sooner when single ones changed very much, but never the last ones', () => {
    const history = new TreeHistory();
    for (let index = 0; index < 5; index++) {
      history.begin(version(index));
      for (let change = 0; change < 60_000; change++) history.noteGroup(`/g${change}`, group(`/g${change}`));
    }
    expect(history.versionsOf('/', true)).toEqual([version(4), version(3), version(2)]);
  });

  it('goes back to what was there first when something changed twice in one version', () => {
    const history = new TreeHistory();
    history.begin(version(0));
    history.begin(version(1));
    history.noteGroup('/g', undefined);
    history.noteGroup('/g', { ...group('/g'), enforceRole: true });
    expect(history.backTo(version(0))?.groups).toEqual(new Map([['/g', null]]));
    expect(history.versionsOf('/g', true)).toEqual([version(1)]);
  });

  it('costs one entry for a change of one app, however many there are', () => {
    const scenario = new Scenario();
    for (let index = 0; index < 20; index++) {
      accepted(scenario.create({ id: `/g/app${index}`, cmd: 'sleep 9', instances: 0, portDefinitions: [] }));
    }
    const sizes = scenario.state.treeHistory.versions.map(({ apps, groups }) => apps.length + groups.length);
    expect(sizes).toEqual([2, ...Array<number>(19).fill(1)]);
  });
});

describe('logs of earlier releases', () => {
  it('fold: their groups depend on nothing', () => {
    const state = new State();
    const events = [
      { type: 'GroupCreated', data: { groupId: '/prod', enforceRole: true } },
      { type: 'GroupCreated', data: { groupId: '/prod/web' } },
      {
        type: 'DeploymentStarted',
        data: { plan: { id: 'd', version: version(1), steps: [] }, groupId: '/prod' },
      },
      { type: 'GroupDeleted', data: { groupId: '/prod/web' } },
    ];
    events.forEach((event, index) =>
      evolve(state, { ...event, position: index + 1, time: 0 } as unknown as RecordedEvent),
    );
    expect([...state.groups.values()]).toEqual([
      { id: '/', dependencies: [] },
      { id: '/prod', enforceRole: true, dependencies: [] },
    ]);
    expect(state.deployments.get('d')?.groups.size).toBe(0);
    expect(state.groupVersions('/prod/web')).toEqual([]);
  });
});
