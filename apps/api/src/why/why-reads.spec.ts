import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../api.fixture.js';
import { appDefinition, instanceId, VERSION } from '../../../../test/support/domain-objects.js';

let api: TestApi;

const why = (path: string) => request(api.url).get(`/ekiden/v1/${path}/why`);

beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

describe('why', () => {
  it('is answered for apps, also with a doubled slash, and for what was deleted', async () => {
    const app = appDefinition();
    await api.leader.append([{ type: 'AppCreated', data: { app } }]);
    const summary = '0 of 1 instance of /foo run.';
    expect((await why('apps/foo').expect(200)).body).toMatchObject({ id: '/foo', summary });
    expect((await why('apps//foo').expect(200)).body).toMatchObject({ summary });
    await api.leader.append([{ type: 'AppDeleted', data: { appId: '/foo' } }]);
    expect((await why('apps/foo').expect(200)).body).toMatchObject({ state: 'ended' });
    await why('apps/never').expect(404, { message: "App '/never' does not exist", details: [] });
  });

  it('knows whether Mesos is there, and what the queue says', async () => {
    const { id, version } = appDefinition();
    const wanted = { instanceId: instanceId('/foo', 1), appId: id, version, role: '*' };
    await api.leader.append([
      { type: 'AppCreated', data: { app: appDefinition() } },
      { type: 'InstanceScheduled', data: wanted },
    ]);
    api.leader.status = { ...api.leader.status, connected: false };
    const { body } = await why(`instances/${wanted.instanceId}`).expect(200);
    expect(body).toMatchObject({
      state: 'waiting',
      summary: 'There is no connection to Mesos, so that no offers come in.',
      sentences: [{ kind: 'demand', time: VERSION, position: 2 }, { kind: 'connection' }],
    });
    await why('instances/nobody').expect(404);
  });
});
