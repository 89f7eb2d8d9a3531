import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { idleApp, sleepingApp } from './support/app-definitions.js';
import { EventStream, type Frame } from './support/event-stream.js';
import { eventually } from './support/eventually.js';
import { taskPids } from './support/processes.js';
import { seededRandom } from './support/random.js';
import { Site } from './support/site.js';

/** What of a frame tells one step of a sequence from another. */
function step({ event, data }: Frame): string {
  const plan = data as { currentStep?: { actions: { action: string }[] } };
  const detail = data['condition'] ?? data['taskStatus'] ?? plan.currentStep?.actions[0]?.action;
  return detail === undefined ? event : `${event} ${String(detail)}`;
}

/** Frames without their ids, which only the last one of a position carries. */
const withoutPositions = (frames: readonly Frame[]) => frames.map(({ event, data }) => ({ event, data }));

const steps = (frames: readonly Frame[]): string[] => frames.map(step);

/** From the provisioning of a task to its being up. */
const LAUNCH = [
  'status_update_event TASK_STAGING',
  'instance_changed_event Provisioned',
  'status_update_event TASK_STARTING',
  'instance_changed_event Starting',
  'status_update_event TASK_RUNNING',
  'instance_changed_event Running',
];

const deploymentSucceeded = (stream: EventStream, id: string) =>
  stream.waitFor(`deployment_success ${id}`, ({ event, data }) => {
    return event === 'deployment_success' && data['id'] === id;
  });

describe('GET /v2/events', () => {
  let site: Site;
  let streams: EventStream[] = [];

  beforeEach(async () => {
    site = await Site.start();
    const history = await open({ query: '?since=0' });
    await history.waitFor('the scheduler', ({ event }) => event === 'scheduler_registered_event');
  });

  afterEach(async () => {
    for (const stream of streams) await stream.close();
    streams = [];
    await site?.dispose();
  });

  const open = async (options: Parameters<typeof EventStream.open>[1] = {}): Promise<EventStream> => {
    const stream = await EventStream.open(site.api.url, options);
    streams.push(stream);
    expect(stream.response.statusCode).toBe(200);
    return stream;
  };

  /** Everything on the log as a subscriber sees it that starts at its beginning and reads up to `position`. */
  const wholeHistory = async (position: number): Promise<readonly Frame[]> => {
    const stream = await open({ query: '?since=0' });
    await stream.waitFor(`position ${position}`, ({ id }) => id !== undefined && id >= position);
    const last = stream.recorded.findLastIndex(({ id }) => id !== undefined && id <= position);
    return stream.recorded.slice(0, last + 1);
  };

  test('a create, a scale and a task failure arrive as the sequence of the contract', async () => {
    const stream = await open();
    expect((await stream.waitFor('its own attachment', () => true)).event).toBe('event_stream_attached');

    const created = await site.api.createApp(sleepingApp('app'));
    await deploymentSucceeded(stream, created);
    expect(steps(stream.recorded)).toEqual([
      'group_change_success',
      'api_post_event',
      'deployment_info StartApplication',
      'deployment_step_success StartApplication',
      'deployment_info ScaleApplication',
      'instance_changed_event Scheduled',
      ...LAUNCH,
      'deployment_step_success ScaleApplication',
      'deployment_success',
    ]);
    const [instance] = stream.ofType('instance_changed_event');
    expect(instance?.data).toMatchObject({ runSpecId: '/app', agentId: null, host: null });

    const beforeScale = stream.recorded.length;
    const scaled = await site.api.put('/v2/apps/app', { instances: 2 });
    await deploymentSucceeded(stream, scaled.headers.get('marathon-deployment-id')!);
    expect(steps(stream.recorded.slice(beforeScale))).toEqual([
      'group_change_success',
      'api_post_event',
      'deployment_info ScaleApplication',
      'instance_changed_event Scheduled',
      ...LAUNCH,
      'deployment_step_success ScaleApplication',
      'deployment_success',
    ]);

    const beforeFailure = stream.recorded.length;
    const [taskId, pid] = Object.entries(taskPids(site.dataDir))[0]!;
    process.kill(pid, 'SIGKILL');
    const failed = await stream.waitFor('the failure', ({ data }) => data['taskStatus'] === 'TASK_FAILED');
    expect(failed.data).toMatchObject({
      taskId,
      appId: '/app',
      message: expect.stringContaining('Command terminated with signal Killed'),
    });
    await eventually(() => steps(stream.recorded.slice(beforeFailure)).at(-1) === LAUNCH.at(-1), {
      what: 'the replacement',
    });
    expect(steps(stream.recorded.slice(beforeFailure))).toEqual([
      'status_update_event TASK_FAILED',
      'instance_changed_event Failed',
      ...LAUNCH,
    ]);
  });

  test('who comes back with Last-Event-ID misses nothing and sees nothing twice', async () => {
    const constant = await open();
    const first = await open();
    await deploymentSucceeded(first, await site.api.createApp(sleepingApp('early')));
    await first.close();

    await deploymentSucceeded(constant, await site.api.createApp(sleepingApp('meanwhile')));
    await site.api.put('/v2/apps/early', { instances: 3 });
    await site.api.running('/early', 3);
    await site.api.settled();

    const second = await open({ lastEventId: first.lastId });
    const deleted = await site.api.delete<{ deploymentId: string }>('/v2/apps/meanwhile');
    await deploymentSucceeded(second, deleted.body.deploymentId);
    await deploymentSucceeded(constant, deleted.body.deploymentId);
    expect([...first.recorded, ...second.recorded]).toEqual(constant.recorded);
    expect(second.ofType('event_stream_attached')).toHaveLength(1);
  });

  test('event_type picks types, and resuming keeps to them', async () => {
    const query = '?event_type=deployment_success&event_type=api_post_event';
    const all = await open();
    const picked = await open({ query });
    await deploymentSucceeded(picked, await site.api.createApp(idleApp('one')));
    await picked.close();
    await site.api.createApp(idleApp('two'));
    const resumed = await open({ query, lastEventId: picked.lastId });
    const last = await site.api.createApp(idleApp('three'));
    await deploymentSucceeded(resumed, last);
    await deploymentSucceeded(all, last);

    const wanted = ['api_post_event', 'deployment_success'];
    expect(withoutPositions([...picked.frames, ...resumed.frames])).toEqual(
      withoutPositions(all.frames.filter(({ event }) => wanted.includes(event))),
    );
    const none = await open({ query: '?event_type=no_such_event&since=0' });
    await deploymentSucceeded(all, await site.api.createApp(idleApp('four')));
    expect(none.frames).toEqual([]);
  });

  test('only a client that asks for an event stream gets one', async () => {
    const refused = await site.api.get('/v2/events', { accept: 'application/json' });
    expect(refused.status).toBe(405);
    expect(refused.body).toEqual({ message: expect.any(String) });
  });

  test('under concurrent load everybody sees the order of the log, and reads never lag behind it', async () => {
    const subscribers = [await open(), await open(), await open()];
    const ids = Array.from({ length: 200 }, (_, n) => `/load-${n}`);
    const waiting = [...ids];
    const worker = async (): Promise<void> => {
      for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
        await site.api.createApp(idleApp(id));
        expect((await site.api.put(`/v2/apps${id}`, { labels: { touched: 'yes' } })).status).toBe(200);
      }
    };
    const reader = readAfterEachPost(subscribers[0]!, ids.length);
    await Promise.all([...Array.from({ length: 16 }, worker), reader]);
    const last = await site.api.createApp(idleApp('last'));
    await Promise.all(subscribers.map((stream) => deploymentSucceeded(stream, last)));

    const [one, two, three] = subscribers.map(({ recorded }) => recorded);
    expect(two).toEqual(one);
    expect(three).toEqual(one);
    const positions = one!.flatMap(({ id }) => id ?? []);
    expect(positions).toEqual([...new Set(positions)].toSorted((a, b) => a - b));
    const history = await wholeHistory(positions.at(-1)!);
    expect(history.slice(-one!.length)).toEqual(one);
    expect(one!.filter(({ event }) => event === 'api_post_event')).toHaveLength(2 * ids.length + 1);
  });

  /** Whoever has seen an event and reads then, sees at least its version (`design.md` §6). */
  async function readAfterEachPost(stream: EventStream, count: number): Promise<void> {
    for (let seen = 0; seen < count; seen++) {
      const frame = await eventually(() => stream.ofType('api_post_event')[seen]);
      const { id, version } = frame.data['appDefinition'] as { id: string; version: string };
      const read = await site.api.app(id);
      expect(Date.parse(read.version)).toBeGreaterThanOrEqual(Date.parse(version));
    }
  }

  test('across kill -9 of Ekiden the stream goes on where it ended', async () => {
    const random = seededRandom('events across kill -9');
    const before = await open();
    await deploymentSucceeded(before, await site.api.createApp(sleepingApp('runner')));
    const crashAfter = random.between(50, 150);
    const acknowledged: string[] = [];
    const worker = async (lane: number): Promise<void> => {
      for (let n = 0; site.ekiden.isRunning; n++) {
        const answer = await site.api.post('/v2/apps', idleApp(`/lane-${lane}-${n}`)).catch(() => undefined);
        if (answer?.status !== 201) return;
        acknowledged.push(`/lane-${lane}-${n}`);
        if (acknowledged.length === crashAfter) process.kill(site.ekiden.pid, 'SIGKILL');
      }
    };
    await Promise.all(Array.from({ length: 16 }, (_, lane) => worker(lane)));
    await before.ended;
    await site.ekiden.exited;

    await site.start();
    const after = await open({ lastEventId: before.lastId });
    await deploymentSucceeded(after, await site.api.createApp(idleApp('after')));
    const seen = [...before.recorded, ...after.recorded];
    const history = await wholeHistory(after.lastId);
    expect(seen).toEqual(history.slice(-seen.length));
    const posted = seen
      .filter(({ event }) => event === 'api_post_event')
      .map(({ data }) => (data['appDefinition'] as { id: string }).id);
    expect(new Set(posted).size).toBe(posted.length);
    expect(posted).toEqual(expect.arrayContaining(['/runner', ...acknowledged, '/after']));
    expect(await site.api.running('/runner', 1)).toMatchObject({ id: '/runner' });
  });
});
