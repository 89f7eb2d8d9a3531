import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StoredEvent } from '#event-log';
import { matches } from './asking/search.js';
import { openHistory, type History, type HistoryQuery } from './index.js';
import { termNumber } from './indexing/terms.js';
import { ADA, BOB, Story } from './story.fixture.js';

let story: Story;
let history: History;
let events: readonly StoredEvent[];
let ids: { create: string; scale: string; fix: string; kill: string; remove: string; group: string };
let failed: string;

beforeAll(async () => {
  story = await Story.begin();
  history = openHistory(story.log, ':memory:');
  const create = await story.create('/shop/web', { instances: 5 });
  await story.run();
  const scale = await story.update('/shop/web', { instances: 2 }, BOB);
  await story.run();
  failed = await story.fail('/shop/web');
  await story.run();
  const fix = await story.update('/shop/web', { cmd: './serve --fixed', env: { A: 'b' } });
  await story.run();
  const kill = await story.command(
    { type: 'KillTasks', selection: { appId: '/shop/web' }, wipe: false },
    BOB,
  );
  await story.run();
  const json = {
    id: '/data',
    apps: ['a', 'b'].map((id) => ({
      id: `/data/${id}`,
      cmd: './serve',
      cpus: 0.1,
      mem: 32,
      portDefinitions: [],
    })),
  };
  const group = await story.command({
    type: 'PutGroup',
    groupId: '/data',
    json,
    force: false,
    dryRun: false,
  });
  await story.run();
  const remove = await story.command({ type: 'DeleteApp', appId: '/shop/web', force: true }, BOB);
  await story.run();
  ids = { create, scale, fix, kill, remove, group };
  events = await story.log.read(0, 10_000);
});
afterAll(() => history.close());

/** What a search must find. */
function filtered(query: HistoryQuery): StoredEvent[] {
  const { from = 1, to = events.length, order } = query;
  const found = events.filter(
    (event) => event.position >= from && event.position <= to && matches(event, query),
  );
  return order === 'asc' ? found : found.toReversed();
}

/** All pages of a query. */
async function everyPage(query: HistoryQuery): Promise<StoredEvent[]> {
  const found: StoredEvent[] = [];
  for (let behind: number | undefined; ;) {
    const page = await history.search(behind === undefined ? query : { ...query, behind });
    found.push(...page.events);
    if (page.next === undefined) return found;
    behind = page.next;
  }
}

describe('a search', () => {
  it('finds what a look at every event finds, page by page', async () => {
    const some = <T>(pick: (event: StoredEvent) => T) => fc.constantFrom(...events.map(pick));
    const queries = fc.record(
      {
        app: fc.constantFrom('/shop/web', '/data/a', '/nowhere'),
        group: fc.constantFrom('/', '/shop', '/data'),
        stream: some(({ stream }) => stream),
        types: fc.uniqueArray(
          some(({ type }) => type),
          { maxLength: 3 },
        ),
        actor: fc.constantFrom('ada', 'bob', 'release-bot', '192.0.2.8', 'system', 'mesos', 'nobody'),
        correlation: some(({ correlationId }) => correlationId),
        causedBy: some(({ causationId, id }) => causationId ?? id),
        instance: some(({ stream }) => stream.replace(/^instance:/, '')),
        deployment: some(({ stream }) => stream.replace(/^deployment:/, '')),
        changesOnly: fc.boolean(),
        from: fc.integer({ min: 1, max: events.length }),
        to: fc.integer({ min: 1, max: events.length }),
        order: fc.constantFrom('asc' as const, 'desc' as const),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(queries, fc.integer({ min: 1, max: 40 }), async (query, limit) => {
        expect(await everyPage({ ...query, limit })).toEqual(filtered({ ...query, limit }));
      }),
      { numRuns: 300 },
    );
  });

  it('includes what was written a moment ago', async () => {
    const correlation = await story.create('/late', { instances: 0 });
    const { events: found } = await history.search({ correlation, limit: 10 });
    expect(found.map(({ type }) => type)).toContain('AppCreated');
  });
});

describe('commands', () => {
  it('are not those of somebody whose name has the same number in the index', async () => {
    const [one, other] = ['job-44820804', 'job-52805877'];
    expect(termNumber(`command actor ${one}`)).toBe(termNumber(`command actor ${other}`));
    const busy = await Story.begin();
    const asked = openHistory(busy.log, ':memory:');
    for (const [index, name] of [one, other, one].entries())
      await busy.create(`/app-${index}`, {}, { kind: 'user', name });
    const first = await asked.commands({ actor: one, limit: 1 });
    expect(first.commands.map(({ summary }) => summary)).toEqual(['created /app-2 with 1 instance']);
    const rest = await asked.commands({ actor: one, limit: 1, behind: first.next });
    expect(rest.next).toBeUndefined();
    expect(rest.commands.map(({ summary }) => summary)).toEqual(['created /app-0 with 1 instance']);
    await asked.close();
  });

  it('are told newest first, each in a sentence', async () => {
    const { commands } = await history.commands({ app: '/shop/web', limit: 10 });
    expect(commands.map(({ id, summary }) => [id, summary])).toEqual([
      [ids.remove, 'deleted /shop/web'],
      [ids.kill, 'killed 2 tasks of /shop/web'],
      [ids.fix, 'changed cmd and env of /shop/web'],
      [ids.scale, 'scaled /shop/web from 5 to 2'],
      [ids.create, 'created /shop/web with 5 instances'],
    ]);
    expect(commands[3]).toMatchObject({ actor: BOB, subjects: ['app:/shop/web'] });
  });

  it.each([
    [{ actor: 'release-bot' }, ['created group /data with 2 apps', 'changed cmd and env of /shop/web']],
    [{ types: ['AppDeleted'] }, ['deleted /shop/web']],
    [{ group: '/data' }, ['created group /data with 2 apps']],
    [{ actor: 'mesos' }, []],
  ])('are found by %j', async (query, summaries) => {
    const { commands } = await history.commands({ ...query, to: events.length, limit: 2 });
    expect(commands.map(({ summary }) => summary)).toEqual(summaries);
  });

  it('come in pages', async () => {
    const { commands, next } = await history.commands({ app: '/shop/web', limit: 2 });
    const rest = await history.commands({ app: '/shop/web', limit: 10, behind: next ?? 0 });
    expect([...commands, ...rest.commands].map(({ id }) => id)).toEqual([
      ids.remove,
      ids.kill,
      ids.fix,
      ids.scale,
      ids.create,
    ]);
  });

  it('lead to tasks, and tasks back to them', async () => {
    const trace = await history.command(ids.create, { limit: 1000 });
    expect(trace).toMatchObject({ complete: true, command: { id: ids.create, actor: ADA } });
    expect(new Set(trace?.tasks.map(({ instanceId }) => instanceId)).size).toBe(5);
    const types = new Set(trace?.events.map(({ type }) => type));
    for (const type of ['AppCreated', 'DeploymentSucceeded', 'InstanceProvisioned', 'TaskStatusChanged'])
      expect(types).toContain(type);
    // The replacement of what the second command ended is not the work of the first.
    expect(types).not.toContain('AppUpdated');
    for (const { instanceId } of trace?.tasks ?? []) {
      const origin = await history.origin(instanceId);
      expect(origin?.command?.id).toBe(ids.create);
      expect(origin?.chain.at(0)?.type).toBe('InstanceProvisioned');
      expect(origin?.chain.at(-1)?.correlationId).toBe(ids.create);
    }
  });

  it('that nobody gave are unknown, and so are instances', async () => {
    expect(await history.command('nobody', { limit: 10 })).toBeUndefined();
    expect(await history.origin('nothing.instance-1')).toBeUndefined();
  });
});

describe('failures and deployments', () => {
  it('keep every failure', async () => {
    const { failures } = await history.failures('/shop/web', { limit: 10 });
    expect(failures).toMatchObject([
      {
        appId: '/shop/web',
        state: 'TASK_FAILED',
        instanceId: failed,
        message: 'Command exited with status 1',
      },
    ]);
  });

  it('tell of deployments that are over: steps, times, who asked', async () => {
    const page = await history.deployments({ state: 'finished', app: '/shop/web', limit: 10 });
    expect(page.deployments.map(({ command, state }) => [command, state])).toEqual([
      [ids.remove, 'succeeded'],
      [ids.fix, 'succeeded'],
      [ids.scale, 'succeeded'],
      [ids.create, 'succeeded'],
    ]);
    const created = page.deployments[3];
    expect(created).toMatchObject({ initiator: ADA, affectedApps: ['/shop/web'], failures: 0 });
    expect(created?.steps.map(({ actions }) => actions[0]?.action)).toEqual([
      'StartApplication',
      'ScaleApplication',
    ]);
    for (const step of created?.steps ?? []) {
      expect(step.startedAt).toBeGreaterThanOrEqual(created?.startedAt ?? Infinity);
      expect(step.endedAt).toBeLessThanOrEqual(created?.endedAt ?? 0);
    }
    expect(await history.deployment(created?.id ?? '')).toMatchObject({ command: ids.create, failed: [] });
  });

  it('tell running ones from those that are over', async () => {
    await story.create('/slow', { instances: 1 });
    const running = await history.deployments({ state: 'running', limit: 10 });
    expect(running.deployments).toMatchObject([{ state: 'running', affectedApps: ['/slow'] }]);
    expect(running.deployments[0]).not.toHaveProperty('endedAt');
    await story.run();
    expect((await history.deployments({ state: 'running', limit: 10 })).deployments).toEqual([]);
  });
});
