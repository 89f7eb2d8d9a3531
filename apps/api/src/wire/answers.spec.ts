import type { ApiCommand, Refusal, Reply, TaskSelection } from '#domain';
import { describe, expect, it } from 'vitest';
import { appDefinition, plan, runningInstance, VERSION } from '../../../../test/support/domain-objects.js';
import { Embed, embedsOf } from './embeds.js';
import { refusalAnswer } from './refusal-answer.js';
import { replyAnswer } from './reply-answer.js';

describe('refusalAnswer', () => {
  const details = [{ path: '/id', errors: ['error.pattern'] }];
  const table: [Omit<Refusal, 'kind'> & Record<string, unknown>, ApiCommand['type'], number, object][] = [
    [
      { code: 'Invalid', message: 'Invalid JSON', details },
      'CreateApp',
      422,
      { message: 'Invalid JSON', details },
    ],
    [{ code: 'Invalid', message: 'why' }, 'UpdateApps', 422, { message: 'why' }],
    [{ code: 'BadRequest', message: 'why' }, 'KillTasks', 400, { message: 'why' }],
    [
      { code: 'AppAlreadyExists', appId: '/a' },
      'CreateApp',
      409,
      { message: 'An app with id [/a] already exists.' },
    ],
    [{ code: 'AppNotFound', appId: '/a' }, 'DeleteApp', 404, { message: "App '/a' does not exist" }],
    [
      { code: 'AppNotFound', appId: '/a' },
      'KillTasks',
      404,
      { message: "App '/a' does not exist", details: [] },
    ],
    [
      { code: 'GroupAlreadyExists', groupId: '/g' },
      'CreateGroup',
      409,
      { message: 'Group /g is already created. Use PUT to change this group.' },
    ],
    [
      { code: 'AppAtGroupPath', groupId: '/g' },
      'CreateGroup',
      409,
      { message: 'An app with the path /g already exists.' },
    ],
    [{ code: 'GroupNotFound', groupId: '/g' }, 'DeleteGroup', 404, { message: "Group '/g' does not exist" }],
    [
      { code: 'GroupNotFound', groupId: '/g' },
      'PatchGroup',
      404,
      { message: "Group '/g' does not exist", details: [] },
    ],
    [{ code: 'PathNotFound', path: '/a' }, 'KillAndScale', 404, { message: "Path '/a' does not exist" }],
    [
      { code: 'TaskNotFound', taskId: 't' },
      'KillTasks',
      404,
      { message: "Task 't' does not exist", details: [] },
    ],
    [
      { code: 'DeploymentNotFound', deploymentId: 'd' },
      'CancelDeployment',
      404,
      { message: 'DeploymentPlan d does not exist', details: [] },
    ],
    [
      { code: 'AppNotQueued', appId: '/a' },
      'ResetDelay',
      404,
      { message: 'Application /a not found in tasks queue.', details: [] },
    ],
    [
      { code: 'AppLocked', deploymentIds: ['d'] },
      'PutApp',
      409,
      {
        message:
          "App is locked by one or more deployments. Override with the option '?force=true'. " +
          "View details at '/v2/deployments/<DEPLOYMENT_ID>'.",
        deployments: [{ id: 'd' }],
      },
    ],
    [
      { code: 'ServicePortsExhausted', min: 1, max: 9 },
      'CreateApp',
      500,
      { message: 'All ports in the range [1-9) are already in use' },
    ],
    [{ code: 'InternalError', reason: 'why' }, 'CreateApp', 500, { message: 'why' }],
  ];

  it.each(table)('%j of %s', (refusal, type, status, body) => {
    const answer = refusalAnswer({ kind: 'refused', ...refusal } as Refusal, type);
    expect([answer.status, JSON.parse(answer.body ?? '')]).toEqual([status, body]);
    expect(answer.body?.startsWith('{"message"')).toBe(true);
  });

  it.each([
    [{ code: 'TooManyDeployments', limit: 7 }, 403, /^Max number \(7\) of running deployments is achieved\./],
    [{ code: 'IdempotencyKeyReused', key: 'k' }, 422, /'k'/],
    [{ code: 'LogUnavailable', reason: 'no space left' }, 503, /no space left/],
  ])('%j', (refusal, status, message) => {
    const answer = refusalAnswer({ kind: 'refused', ...refusal } as Refusal, 'CreateApp');
    expect([answer.status, JSON.parse(answer.body ?? '').message]).toEqual([
      status,
      expect.stringMatching(message),
    ]);
  });
});

const kill = (selection: TaskSelection): ApiCommand => ({ type: 'KillTasks', selection, wipe: false });

describe('replyAnswer', () => {
  const accepted: Reply = { kind: 'accepted', deploymentId: 'd', version: VERSION, plan: plan() };

  it('answers an update with the deployment', () => {
    const answer = replyAnswer({ type: 'RestartApp', appId: '/a', force: false }, accepted, 'http://h');
    expect(answer).toMatchObject({ status: 200, headers: { 'Marathon-Deployment-Id': 'd' } });
    expect(JSON.parse(answer.body ?? '')).toEqual({ version: VERSION, deploymentId: 'd' });
    expect(answer.headers).not.toHaveProperty('Location');
  });

  it.each([
    ['CancelDeployment', 202],
    ['ResetDelay', 204],
    ['PatchGroup', 200],
  ] as const)('answers a finished %s with %d and no body', (type, status) => {
    expect(replyAnswer({ type } as ApiCommand, { kind: 'done' }, '')).toEqual({ status });
  });

  it('answers one named task as an object and several as a list', () => {
    const reply: Reply = { kind: 'killed', instances: [runningInstance(appDefinition())] };
    const one = replyAnswer(kill({ appId: '/foo', taskId: 't' }), reply, '');
    expect(JSON.parse(one.body ?? '')).toMatchObject({ task: { appId: '/foo' } });
    const many = replyAnswer(kill({ appId: '/foo' }), reply, '');
    expect(JSON.parse(many.body ?? '')).toMatchObject({ tasks: [{ appId: '/foo' }] });
    const none = replyAnswer(kill({ taskIds: [] }), { kind: 'killed', instances: [] }, '');
    expect(none.body).toBe('{"tasks":[]}');
  });
});

describe('embedsOf', () => {
  it.each([
    [undefined, 0],
    ['tasks', Embed.tasks | Embed.deployments],
    ['app.tasks', Embed.tasks | Embed.deployments],
    ['apps.tasks', Embed.tasks | Embed.deployments],
    ['group.apps.tasks', Embed.tasks | Embed.deployments],
    ['apps.failures', Embed.tasks | Embed.lastTaskFailure | Embed.deployments],
    [['apps.counts', 'apps.readiness'], Embed.counts | Embed.readiness],
    [['app.taskStats', 'nonsense', 'apps.tasks,apps.counts'], Embed.taskStats],
  ])('%j', (embed, set) => {
    expect(embedsOf({ embed })).toBe(set);
  });
});
