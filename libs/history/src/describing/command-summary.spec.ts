import { describe, expect, it } from 'vitest';
import type { AppDefinition, DomainEvent, Plan } from '#domain';
import { commandSummary } from './command-summary.js';

const app = (id: string, members: Partial<AppDefinition> = {}): AppDefinition =>
  ({ id, instances: 1, cmd: './serve', labels: {}, version: 'v', ...members }) as AppDefinition;

const plan = (...apps: string[]): Plan => ({
  id: 'd1',
  version: 'v',
  steps: [{ actions: apps.map((id) => ({ action: 'ScaleApplication', app: id })) }],
});

const started = (apps: string[], more: object = {}): DomainEvent => ({
  type: 'DeploymentStarted',
  data: { plan: plan(...apps), groupId: '/', ...more },
});
const created = (id: string, instances = 1): DomainEvent => ({
  type: 'AppCreated',
  data: { app: app(id, { instances }) },
});
const updated = (
  change: 'scale' | 'restart' | 'configuration',
  members: Partial<AppDefinition> = {},
  id = '/web',
) => ({ type: 'AppUpdated', data: { app: app(id, members), change } }) as DomainEvent;
const deleted = (appId: string): DomainEvent => ({ type: 'AppDeleted', data: { appId } });
const cancelled = (id: string): DomainEvent => ({
  type: 'DeploymentFailed',
  data: { plan: { ...plan(), id }, reason: 'cancelled' },
});
const killed = (appId: string) =>
  ({ type: 'InstanceKillRequested', data: { appId, instanceId: 'i', reason: 'UserRequest' } }) as DomainEvent;
const wiped = (appId: string) =>
  ({ type: 'InstanceGoalChanged', data: { appId, instanceId: 'i', reason: 'UserRequest' } }) as DomainEvent;
const group = (type: 'GroupCreated' | 'GroupUpdated' | 'GroupDeleted', groupId: string): DomainEvent => ({
  type,
  data: { groupId },
});

const five = app('/web', { instances: 5 });

describe('the summary of a command', () => {
  it.each<[string, readonly DomainEvent[], AppDefinition | undefined]>([
    ['created /web with 5 instances', [started(['/web']), created('/web', 5)], undefined],
    [
      'created /web with 1 instance',
      [started(['/web']), group('GroupCreated', '/'), created('/web')],
      undefined,
    ],
    ['scaled /web from 5 to 2', [started(['/web']), updated('scale', { instances: 2 })], five],
    ['scaled /web to 2', [started(['/web']), updated('scale', { instances: 2 })], undefined],
    ['restarted /web', [started(['/web']), updated('restart')], five],
    ['deleted /web', [started(['/web']), deleted('/web')], five],
    [
      'changed cmd and labels of /web',
      [updated('configuration', { cmd: 'x', labels: { a: 'b' } })],
      app('/web'),
    ],
    ['changed /web', [started(['/web']), updated('configuration', { cmd: 'x' })], undefined],
    ['killed 3 tasks of /web', [killed('/web'), killed('/web'), killed('/web')], five],
    ['killed 2 tasks of 2 apps', [killed('/web'), killed('/db')], five],
    ['killed and wiped 1 task of /web', [wiped('/web')], five],
    [
      'killed 1 task and scaled /web from 5 to 4',
      [started(['/web'], { instancesToKill: ['i'] }), updated('scale', { instances: 4 })],
      five,
    ],
    ['cancelled deployment d2', [cancelled('d2')], undefined],
    [
      'restarted /web, cancelling deployment d2',
      [cancelled('d2'), started(['/web']), updated('restart')],
      five,
    ],
    [
      'created group /a with 2 apps',
      [started(['/a/x', '/a/y']), group('GroupCreated', '/a'), created('/a/x'), created('/a/y')],
      undefined,
    ],
    [
      'deleted group /a with 2 apps',
      [deleted('/a/x'), deleted('/a/b/y'), group('GroupDeleted', '/a/b'), group('GroupDeleted', '/a')],
      undefined,
    ],
    ['created group /a', [started([]), group('GroupCreated', '/a')], undefined],
    ['changed group /a', [group('GroupUpdated', '/a')], undefined],
    [
      'created 2 apps, scaled /web to 2 and deleted /old',
      [created('/x'), created('/y'), updated('scale', { instances: 2 }), deleted('/old')],
      undefined,
    ],
    ['changed nothing', [started([])], undefined],
    ['changed nothing', [], undefined],
    // Of a very long command only the first events are looked at.
    [
      'changed 3 apps in /busy',
      [started(['/a', '/b', '/c'], { groupId: '/busy' }), updated('restart')],
      undefined,
    ],
    ['gave up the framework', [{ type: 'FrameworkIdForgotten', data: { frameworkId: 'f' } }], undefined],
  ])('%s', (sentence, events, former) => {
    expect(commandSummary(events, () => former)).toBe(sentence);
  });
});
