import request from 'supertest';
import { afterEach, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../api.fixture.js';

let api: TestApi;

const serve = async (...flags: string[]): Promise<void> => {
  api = await startApi(flags);
};
const http = () => request(api.url);

afterEach(() => api.close());

describe('the actor of a request', () => {
  it('is whom trusted proxies name in X-Forwarded-For, and nobody else', async () => {
    await serve('--trusted_proxies', '127.0.0.1');
    await http().post('/v2/apps').set('X-Forwarded-For', '198.51.100.7').send({ id: 'a' });
    expect(api.leader.submitted[0]?.actor).toMatchObject({ address: '198.51.100.7', via: '127.0.0.1' });
    await api.close();
    await serve();
    await http().post('/v2/apps').set('X-Forwarded-For', '198.51.100.7').send({ id: 'a' });
    expect(api.leader.submitted[0]?.actor).toEqual({ kind: 'user', address: '127.0.0.1' });
  });

  it('says what the client says of itself, printable and within bounds', async () => {
    await serve();
    const headers = {
      'X-Ekiden-Actor': Buffer.from('José').toString('latin1'),
      'X-Ekiden-Reason': ` night\tshift ${'x'.repeat(2000)}`,
    };
    await http().delete('/v2/apps/web').set(headers);
    const { onBehalfOf, reason } = api.leader.submitted[0]?.actor ?? {};
    expect(onBehalfOf).toBe('José');
    expect(reason).toMatch(/^night shift x+$/);
    expect(reason).toHaveLength(1024);
  });
});
