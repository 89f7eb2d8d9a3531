import { describe, expect, it } from 'vitest';
import { refusedCommand } from './refused-command.js';

describe('the command behind a refused request', () => {
  it.each([
    ['POST', '/v2/apps', { command: 'CreateApp' }],
    ['PUT', '/v2/apps', { command: 'UpdateApps' }],
    ['PUT', '/v2/apps/shop/web', { command: 'PutApp', subject: 'app:/shop/web' }],
    ['PATCH', '/v2/apps/web', { command: 'PatchApp', subject: 'app:/web' }],
    ['DELETE', '/v2/apps/web', { command: 'DeleteApp', subject: 'app:/web' }],
    ['POST', '/v2/apps/web/restart', { command: 'RestartApp', subject: 'app:/web' }],
    ['DELETE', '/v2/apps/web/tasks/t1', { command: 'KillTasks', subject: 'app:/web' }],
    ['POST', '/v2/tasks/delete', { command: 'KillTasks' }],
    ['POST', '/v2/groups', { command: 'CreateGroup', subject: 'group:/' }],
    ['PUT', '/v2/groups/shop', { command: 'PutGroup', subject: 'group:/shop' }],
    ['DELETE', '/v2/deployments/d1', { command: 'CancelDeployment' }],
    ['DELETE', '/v2/queue/web/delay', { command: 'ResetDelay' }],
    ['POST', '/v2/apps/web', { command: 'POST /v2/apps/web', subject: 'app:/web' }],
    ['DELETE', '/v2/leader', { command: 'DELETE /v2/leader' }],
    ['POST', '/ekiden/v1/apps/a/b/rollback', { command: 'RollbackApp', subject: 'app:/a/b' }],
    ['POST', '/ekiden/v1/groups/a/rollback', { command: 'RollbackGroup', subject: 'group:/a' }],
    ['POST', '/ekiden/v1/webhooks', { command: 'POST /ekiden/v1/webhooks' }],
  ])('%s %s', (method, path, expected) => {
    expect(refusedCommand(method, path)).toEqual(expected);
  });
});
