import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatResources, type FrameworkInfo } from '#mesos';
import { acceptBody, offersOn, taskInfo } from '../calls/task-info.fixture.js';
import { effectiveRefuseSeconds } from './decline-filters.js';
import { MasterHarness, until, type RecordingStream } from '../master-harness.fixture.js';

let master: MasterHarness;

beforeEach(async () => {
  master = await MasterHarness.start();
});

afterEach(() => master.dispose());

const BATCH_MS = 1000;

function texts(stream: RecordingStream): string[] {
  return offersOn(stream).map((offer) => formatResources(offer.resources ?? []));
}

function decline(stream: RecordingStream, refuseSeconds?: number): void {
  const offer_ids = offersOn(stream).map((offer) => offer.id);
  stream.take();
  const filters = refuseSeconds === undefined ? {} : { filters: { refuse_seconds: refuseSeconds } };
  master.call(stream, { type: 'DECLINE', decline: { offer_ids, ...filters } });
}

describe('one framework', () => {
  it('gets each free agent whole, in one offer, as soon as it subscribes', async () => {
    await master.agent();
    await master.agent();
    const stream = master.subscribe();
    expect(stream.events.map((event) => event.type)).toEqual(['SUBSCRIBED', 'HEARTBEAT', 'OFFERS']);
    expect(texts(stream)).toEqual(Array(2).fill('ports:[31000-32000];cpus:8;mem:8192;disk:10000'));
  });

  it('is offered a new agent at once', async () => {
    const stream = master.subscribe();
    await master.agent();
    expect(offersOn(stream)).toHaveLength(1);
  });

  it.each([
    { name: 'default', refuseSeconds: undefined, silentBatches: 4 },
    { name: 'negative counts as default', refuseSeconds: -1, silentBatches: 4 },
    { name: 'none', refuseSeconds: 0, silentBatches: 0 },
    { name: 'shorter than a batch', refuseSeconds: 0.1, silentBatches: 0 },
    { name: 'long', refuseSeconds: 10, silentBatches: 9 },
  ])('comes back after a decline: $name', async ({ refuseSeconds, silentBatches }) => {
    await master.agent();
    const stream = master.subscribe();
    decline(stream, refuseSeconds);
    master.clock.advance(silentBatches * BATCH_MS);
    expect(offersOn(stream)).toEqual([]);
    master.clock.advance(BATCH_MS);
    expect(offersOn(stream)).toHaveLength(1);
  });

  it('caps a decline at 365 days', () => {
    expect([1e12, Infinity].map(effectiveRefuseSeconds)).toEqual([31_536_000, 31_536_000]);
  });

  it('offers newly freed resources in spite of a decline', async () => {
    const agent = await master.agent();
    const stream = master.subscribe();
    const [offer] = offersOn(stream);
    stream.take();
    master.call(stream, acceptBody([offer!.id.value], [taskInfo('t', agent.agentId!)], 3600));
    master.clock.advance(BATCH_MS * 5);
    expect(offersOn(stream)).toEqual([]);
    agent.update(master.framework(stream).id, 't', 'TASK_FINISHED');
    await until(() => stream.statuses().length > 0);
    master.clock.advance(BATCH_MS);
    expect(texts(stream)).toEqual(['ports:[31000-32000];cpus:8;mem:8192;disk:10000']);
  });

  it('hands out the rest of an accepted offer with the next batch when nothing is refused', async () => {
    const agent = await master.agent();
    const stream = master.subscribe();
    const [offer] = offersOn(stream);
    stream.take();
    master.call(
      stream,
      acceptBody([offer!.id.value], [taskInfo('t', agent.agentId!, { uses: 'cpus:1;ports:[31000-31001]' })]),
    );
    master.clock.advance(BATCH_MS);
    expect(texts(stream)).toEqual(['ports:[31002-32000];cpus:7;mem:8192;disk:10000']);
  });

  it('forgets decline filters on REVIVE and on disconnection, keeps them on SUPPRESS', async () => {
    await master.agent();
    const stream = master.subscribe();
    decline(stream, 3600);
    master.call(stream, { type: 'SUPPRESS' });
    master.clock.advance(BATCH_MS);
    expect(offersOn(stream)).toEqual([]);
    master.call(stream, { type: 'REVIVE' });
    master.clock.advance(0);
    expect(offersOn(stream)).toHaveLength(1);

    const framework = master.framework(stream);
    decline(stream, 3600);
    master.parts.sessions.disconnect(framework, stream);
    const again = master.subscribe({ id: { value: framework.id } });
    expect(offersOn(again)).toHaveLength(1);
  });

  it('ignores REVIVE and SUPPRESS of a role it does not have', async () => {
    const stream = master.subscribe({ roles: ['a'] });
    master.call(stream, { type: 'SUPPRESS', suppress: { roles: ['a', 'b'] } });
    await master.agent();
    expect(offersOn(stream)).toHaveLength(1);
    decline(stream, 3600);
    master.call(stream, { type: 'REVIVE', revive: { roles: ['a', 'b'] } });
    master.clock.advance(BATCH_MS);
    expect(offersOn(stream)).toEqual([]);
  });

  it('waits for the batch when UPDATE_FRAMEWORK lifts a suppression', async () => {
    await master.agent();
    const stream = master.subscribe({}, { suppressed_roles: ['*'] });
    const framework_info = master.framework(stream).info;
    master.call(stream, { type: 'UPDATE_FRAMEWORK', update_framework: { framework_info } });
    master.clock.advance(0);
    expect(offersOn(stream)).toEqual([]);
    master.clock.advance(BATCH_MS);
    expect(offersOn(stream)).toHaveLength(1);
  });

  it('loses the offers of a role it gives up', async () => {
    await master.agent();
    const stream = master.subscribe({ roles: ['a'] });
    const [offer] = offersOn(stream);
    const framework_info = { ...master.framework(stream).info, roles: ['b'] };
    master.call(stream, { type: 'UPDATE_FRAMEWORK', update_framework: { framework_info } });
    expect(stream.events.at(-1)).toEqual({ type: 'RESCIND', rescind: { offer_id: offer!.id } });
  });
});

const minimum = (quantities: Record<string, { value: number }>[]): Partial<FrameworkInfo> => ({
  offer_filters: {
    '*': { min_allocatable_resources: { quantities: quantities.map((set) => ({ quantities: set })) } },
  },
});

describe('what is offered', () => {
  it.each([
    { name: 'cpus reach the default', resources: 'cpus:0.01;mem:1', info: {}, offers: 1 },
    { name: 'mem reaches the default', resources: 'mem:32', info: {}, offers: 1 },
    { name: 'neither does', resources: 'cpus:0.009;mem:31;disk:1000', info: {}, offers: 0 },
    {
      name: 'own minimum is higher',
      resources: 'cpus:1;mem:64',
      info: minimum([{ cpus: { value: 2 } }]),
      offers: 0,
    },
    {
      name: 'one of two own minima is met',
      resources: 'cpus:1;mem:64',
      info: minimum([{ cpus: { value: 2 } }, { mem: { value: 64 } }]),
      offers: 1,
    },
    { name: 'own minimum is none', resources: 'disk:10', info: minimum([]), offers: 1 },
    { name: 'gpus are hidden', resources: 'cpus:1;gpus:1', info: {}, offers: 0 },
    {
      name: 'gpus are shown to who can use them',
      resources: 'cpus:1;gpus:1',
      info: { capabilities: [{ type: 'MULTI_ROLE' as const }, { type: 'GPU_RESOURCES' as const }] },
      offers: 1,
    },
    { name: 'reserved for another role', resources: 'cpus(a):1', info: { roles: ['b'] }, offers: 0 },
    { name: 'reserved for an ancestor', resources: 'cpus(a):1', info: { roles: ['a/b'] }, offers: 1 },
  ])('$name: $offers', async ({ resources, info, offers }) => {
    await master.agent({ resources });
    expect(offersOn(master.subscribe(info))).toHaveLength(offers);
  });

  it('writes reservations in the format that the framework knows', async () => {
    await master.agent({ resources: 'cpus:1;mem(a):64' });
    const old = master.subscribe({ roles: undefined, role: 'a', capabilities: [] });
    const [offer] = offersOn(old);
    expect(offer).not.toHaveProperty('allocation_info');
    expect(offer!.resources).toEqual([
      { name: 'cpus', type: 'SCALAR', scalar: { value: 1 }, role: '*' },
      { name: 'mem', type: 'SCALAR', scalar: { value: 64 }, role: 'a' },
    ]);
  });
});

describe('several frameworks', () => {
  it('share agents by dominant share, also among roles', async () => {
    const streams = [
      master.subscribe({ roles: ['a'] }),
      master.subscribe({ roles: ['b/x'] }),
      master.subscribe({ roles: ['b/y'] }),
    ];
    for (let index = 0; index < 8; index++) await master.agent();
    // The subtree b counts as much as a, and its two roles share its half.
    expect(streams.map((stream) => offersOn(stream).length)).toEqual([4, 2, 2]);
  });

  it('never offer the same resources twice at a time', async () => {
    const first = master.subscribe();
    const second = master.subscribe();
    await master.agent();
    master.clock.advance(BATCH_MS * 3);
    expect(offersOn(first).length + offersOn(second).length).toBe(1);
  });
});

it('rescinds an offer that nobody answers within offer_timeout', async () => {
  const impatient = await MasterHarness.start({ offerTimeoutMs: 5000 });
  await impatient.agent();
  const stream = impatient.subscribe();
  impatient.clock.advance(5000);
  expect(stream.events.map((event) => event.type).slice(2)).toEqual(['OFFERS', 'RESCIND', 'OFFERS']);
  await impatient.dispose();
});
