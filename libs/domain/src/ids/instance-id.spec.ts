import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instanceIdOf, nextIncarnation, parseInstanceId, parseTaskId, taskIdOf } from './instance-id.js';

const UUID = 'b6ff5fa5-7714-11e7-a55c-5ecf1c4671f6';

describe('instance and task ids', () => {
  it('are made as documented', () => {
    expect(instanceIdOf('/shop/db', UUID)).toBe(`shop_db.instance-${UUID}`);
    expect(taskIdOf(instanceIdOf('/shop/db', UUID), 3)).toBe(`shop_db.instance-${UUID}._app.3`);
  });

  it.each([
    [`shop_db.instance-${UUID}._app.1`, { instanceId: `shop_db.instance-${UUID}`, incarnation: 1 }],
    [`shop_db.instance-${UUID}._app`, { instanceId: `shop_db.instance-${UUID}` }],
    [`shop_db.marathon-${UUID}._app.7`, { instanceId: `shop_db.marathon-${UUID}`, incarnation: 7 }],
    [
      `shop_db.instance-${UUID}.rails.3`,
      { instanceId: `shop_db.instance-${UUID}`, containerName: 'rails', incarnation: 3 },
    ],
    [`shop_db.marathon-${UUID}.rails`, { instanceId: `shop_db.marathon-${UUID}`, containerName: 'rails' }],
    [`shop_db.${UUID}`, { instanceId: `shop_db.marathon-${UUID}` }],
    [`shop_db_${UUID}`, { instanceId: `shop_db.marathon-${UUID}` }],
    [`shop_db.${UUID}.4`, { instanceId: `shop_db.marathon-${UUID}`, incarnation: 4 }],
    [`shop_db_${UUID}.4`, { instanceId: `shop_db.marathon-${UUID}`, incarnation: 4 }],
  ])('reads %s', (taskId, expected) => {
    expect(parseTaskId(taskId)).toEqual({ appId: '/shop/db', ...expected });
  });

  it('keeps dots of path segments', () => {
    expect(parseTaskId(`web.example.com_api.instance-${UUID}._app.1`)?.appId).toBe('/web.example.com/api');
  });

  it.each(['', 't-sleep', 'foo.bar', `instance-${UUID}`, `shop_db.instance-${UUID}`])(
    'does not take %j for a task id',
    (text) => expect(parseTaskId(text)).toBeUndefined(),
  );

  it.each([
    [undefined, 1],
    [`a.instance-${UUID}._app.1`, 2],
    [`a.instance-${UUID}._app`, 1],
    [`a.${UUID}`, 1],
    [`a.${UUID}.2`, 3],
  ])('counts on from %s', (taskId, next) => {
    expect(nextIncarnation(taskId)).toBe(next);
  });

  it.each([`shop_db.instance-${UUID}`, `shop_db.marathon-${UUID}`])('reads the instance id %s', (id) => {
    expect(parseInstanceId(id)).toEqual({ appId: '/shop/db', uuid: UUID });
  });

  it('reads back whatever it made', () => {
    const segment = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,5}[a-z0-9])?(\.[a-z0-9]{1,4})?$/);
    fc.assert(
      fc.property(
        fc.array(segment, { minLength: 1, maxLength: 4 }),
        fc.uuid(),
        fc.nat(),
        (path, uuid, incarnation) => {
          const appId = `/${path.join('/')}`;
          const instanceId = instanceIdOf(appId, uuid);
          expect(parseInstanceId(instanceId)).toEqual({ appId, uuid });
          expect(parseTaskId(taskIdOf(instanceId, incarnation))).toEqual({ instanceId, appId, incarnation });
        },
      ),
    );
  });
});
