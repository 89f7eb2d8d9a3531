import { describe, expect, it } from 'vitest';
import type { DomainEvent } from '#domain';
import { isChange, subjectsOf } from './subjects-of.js';

const plan = {
  id: 'd1',
  version: 'v',
  steps: [
    { actions: [{ action: 'StartApplication', app: '/a/x' }] },
    {
      actions: [
        { action: 'ScaleApplication', app: '/a/x' },
        { action: 'RestartApplication', app: '/b/y' },
      ],
    },
  ],
};

describe('what an event is about', () => {
  it.each<[string, object, string[]]>([
    ['AppCreated', { app: { id: '/a/b/x' } }, ['app:/a/b/x', 'group:/', 'group:/a', 'group:/a/b']],
    ['AppDeleted', { appId: '/x' }, ['app:/x', 'group:/']],
    ['GroupUpdated', { groupId: '/a/b' }, ['group:/', 'group:/a', 'group:/a/b']],
    ['GroupUpdated', { groupId: '/' }, ['group:/']],
    [
      'DeploymentSucceeded',
      { plan, from: 1 },
      ['app:/a/x', 'app:/b/y', 'group:/', 'group:/a', 'group:/b', 'deployment:d1'],
    ],
    [
      'InstanceScheduled',
      { appId: '/x', instanceId: 'i1', deploymentId: 'd1' },
      ['app:/x', 'group:/', 'instance:i1', 'deployment:d1'],
    ],
    ['TaskStatusChanged', { appId: '/x', instanceId: 'i1' }, ['app:/x', 'group:/', 'instance:i1']],
    ['WebhookPaused', { id: 'w1' }, ['webhook:w1']],
    ['FrameworkRegistered', {}, ['framework']],
    ['LeadershipAcquired', {}, ['cluster']],
    ['OfALaterRelease', {}, []],
  ])('%s of %j', (type, data, subjects) => {
    expect(subjectsOf({ type, data } as unknown as DomainEvent)).toEqual(subjects);
  });

  it.each([
    ['AppUpdated', true],
    ['DeploymentFailed', true],
    ['GroupDeleted', true],
    ['TaskStatusChanged', false],
    ['RootGroupChangeRefused', false],
    ['LeadershipAcquired', false],
  ])('%s is a change of definitions: %s', (type, expected) => {
    expect(isChange({ type })).toBe(expected);
  });
});
