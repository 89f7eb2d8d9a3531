import { parse } from 'node:querystring';
import { describe, expect, it } from 'vitest';
import { standbyRoute, type StandbyMode } from './standby-route.js';

const LOCAL: StandbyMode = { standbyReads: 'local', standbyServesNothing: false };
const PROXY: StandbyMode = { standbyReads: 'proxy', standbyServesNothing: false };
const NOTHING: StandbyMode = { standbyReads: 'local', standbyServesNothing: true };

const routeOf = (method: string, url: string, mode: StandbyMode) =>
  standbyRoute({ method, url, query: parse(url.split('?')[1] ?? ''), unknown: false }, mode);

describe('the way of a request on a node that does not lead', () => {
  it.each([
    ['GET', '/v2/apps', 'read', 'forward', 'forward'],
    ['HEAD', '/v2/groups/a?embed=x', 'read', 'forward', 'forward'],
    ['GET', '/v2/apps?consistency=stale', 'here', 'forward', 'forward'],
    ['GET', '/v2/queue?embed=lastUnusedOffers', 'leader-read', 'forward', 'forward'],
    ['GET', '/v2/queue?at=7', 'read', 'forward', 'forward'],
    ['GET', '/v2/info', 'leader-read', 'forward', 'forward'],
    ['GET', '/ekiden/v1/status', 'leader-read', 'forward', 'forward'],
    ['GET', '/v2/info?consistency=stale', 'here', 'forward', 'forward'],
    ['POST', '/v2/apps?consistency=stale', 'forward', 'forward', 'forward'],
    ['PATCH', '/v2/apps/a', 'forward', 'forward', 'forward'],
    ['DELETE', '/v2/leader', 'forward', 'forward', 'forward'],
    ['GET', '/v2/leader', 'here', 'here', 'forward'],
    ['GET', '/v2/events?event_type=a', 'here', 'redirect', 'redirect'],
    ['GET', '/ekiden/v1/stream?since=0', 'here', 'redirect', 'redirect'],
    ['GET', '/v2/eventsFoo', 'read', 'redirect', 'redirect'],
    ['GET', '/ping', 'here', 'here', 'forward'],
    ['GET', '/metrics/prometheus', 'here', 'here', 'forward'],
    ['POST', '/logging', 'here', 'here', 'forward'],
    ['GET', '/metrics?leader=True', 'forward', 'forward', 'forward'],
    ['GET', '/metrics?leader=false', 'here', 'here', 'forward'],
    ['GET', '/', 'here', 'here', 'forward'],
    ['GET', '/ui/main.js', 'here', 'here', 'forward'],
    ['GET', '/uix', 'read', 'forward', 'forward'],
    ['OPTIONS', '/v2/apps', 'here', 'here', 'forward'],
    ['GET', '/ekiden/v1/position', 'here', 'here', 'here'],
    ['GET', '/ekiden/v1/history?kind=command', 'leader-read', 'forward', 'forward'],
    ['GET', '/ekiden/v1/history?kind=change', 'read', 'forward', 'forward'],
    ['GET', '/ekiden/v1/apps/a/b/history?kind=command', 'leader-read', 'forward', 'forward'],
    ['GET', '/ekiden/v1/history?kind=command&consistency=stale', 'here', 'forward', 'forward'],
    ['GET', '/ekiden/v1/instances/a.instance-1/files/read?path=stdout', 'forward', 'forward', 'forward'],
  ] as const)('%s %s: %s, with proxied reads %s, serving nothing %s', (method, url, ...ways) => {
    expect([LOCAL, PROXY, NOTHING].map((mode) => routeOf(method, url, mode))).toEqual(ways);
  });

  it('of what is nowhere ends here', () => {
    expect(standbyRoute({ method: 'GET', url: '/x', query: {}, unknown: true }, LOCAL)).toBe('here');
  });
});
