import { describe, expect, it } from 'vitest';
import { commandBehind } from './planned-write.js';

const FORCED = { force: true };

describe('the command behind a planned write', () => {
  it.each<[method: string, path: string, body: unknown, command: object]>([
    [
      'POST',
      '/v2/apps',
      { id: 'a' },
      { type: 'CreateApp', json: { id: 'a' }, force: false, uri: '/v2/apps' },
    ],
    ['PUT', '/v2/apps/?force=TRUE', [], { type: 'UpdateApps', items: [], createMissing: true, ...FORCED }],
    ['put', '/v2/apps//a/b?partialUpdate=false', 1, { type: 'PutApp', appId: '/a/b', partialUpdate: false }],
    ['PATCH', '/v2/apps/a%2Fb', {}, { type: 'PatchApp', appId: '/a/b', uri: '/v2/apps/a%2Fb' }],
    ['POST', '/v2/apps/a/restart?force=true', undefined, { type: 'RestartApp', appId: '/a', ...FORCED }],
    ['DELETE', '/v2/apps/a', undefined, { type: 'DeleteApp', appId: '/a', ...FORCED }],
    [
      'DELETE',
      '/v2/apps/a/tasks?host=h',
      undefined,
      { type: 'KillTasks', selection: { appId: '/a', host: 'h' } },
    ],
    ['DELETE', '/v2/apps/a/tasks/t?scale=true', undefined, { type: 'KillAndScale' }],
    ['POST', '/v2/tasks/delete', { ids: ['t'] }, { type: 'KillTasks', selection: { taskIds: ['t'] } }],
    ['POST', '/v2/groups', {}, { type: 'CreateGroup', groupId: '/' }],
    ['PUT', '/v2/groups/a/b', {}, { type: 'PutGroup', groupId: '/a/b' }],
    ['PATCH', '/v2/groups/a', {}, { type: 'PatchGroup', groupId: '/a' }],
    ['DELETE', '/v2/groups/a?force=true', undefined, { type: 'DeleteGroup', groupId: '/a', ...FORCED }],
    ['DELETE', '/v2/deployments/d', undefined, { type: 'CancelDeployment', deploymentId: 'd', force: false }],
  ])('%s %s', (method, path, body, command) => {
    expect(commandBehind({ method, path, ...(body === undefined ? {} : { body }) })).toMatchObject(command);
  });

  it.each<[method: string, path: string, body: unknown, answer: readonly [status: number, message: string]]>([
    ['POST', '/v2/apps', undefined, [400, 'Please specify data in JSON format']],
    ['PUT', '/v2/apps', {}, [422, 'PUT /v2/apps takes an array of apps']],
    ['DELETE', '/v2/apps', undefined, [405, 'Method Not Allowed']],
    ['POST', '/v2/apps/a', {}, [405, 'Method Not Allowed']],
    ['PATCH', '/v2/groups', {}, [405, 'Method Not Allowed']],
    ['PUT', '/v2/groups/a/versions', {}, [405, 'Method Not Allowed']],
    ['POST', '/v2/tasks/delete', { ids: 'x' }, [422, 'Invalid JSON']],
    ['DELETE', '/v2/apps/a/tasks?scale=true&wipe=true', undefined, [400, 'You cannot use scale and wipe']],
    ['DELETE', '/v2/queue/a/delay', undefined, [404, 'URI not found']],
    ['POST', '/v2/%zz', undefined, [404, 'URI not found']],
  ])('%s %s with %j is answered as if it were sent', (method, path, body, [status, message]) => {
    const answer = commandBehind({ method, path, body });
    expect(answer).toMatchObject({ status });
    expect((answer as { body: string }).body).toContain(message);
  });
});
