import { afterEach, describe, expect, it } from 'vitest';
import { factsBehind, tryCommand, type ApiCommand, type PlannedChange } from '#domain';
import { idle, WriterHarness } from '../writer/writer.fixture.js';
import { planToken } from './plan-token.js';
import { Planner } from './planner.js';

const scale = (instances: number): ApiCommand => ({
  type: 'PutApp',
  appId: '/web',
  json: { instances },
  force: true,
  partialUpdate: true,
  uri: '/v2/apps/web',
});

const CALLED = { url: 'http://receiver.example/', format: 'bus', timeoutMs: 1000 } as const;

let harness: WriterHarness;

afterEach(() => harness.writer.stop());

async function withWeb(): Promise<WriterHarness> {
  harness = await new WriterHarness().started();
  await harness.create('/web');
  return harness;
}

function tokenOf(command: ApiCommand): string {
  const { state } = harness.writer.view;
  const scene = { state, settings: harness.settings, nowMs: harness.identity.nowMs() };
  return planToken(factsBehind(state, tryCommand(command, scene)));
}

function planner(lookForAgents = () => undefined): Planner {
  return new Planner({
    view: () => harness.writer.view,
    settings: harness.settings,
    nowMs: () => harness.identity.nowMs(),
    lookForAgents,
  });
}

describe('a write that names a plan', () => {
  it('is done while nothing that the plan rests on has changed', async () => {
    await withWeb();
    const token = tokenOf(scale(3));
    await harness.create('/other');
    expect((await harness.submit(scale(3), undefined, token)).reply.kind).toBe('accepted');
  });

  it('is refused once something has, and the refusal names it', async () => {
    await withWeb();
    const token = tokenOf(scale(3));
    await harness.submit(scale(5));
    const { reply } = await harness.submit(scale(3), undefined, token);
    expect(reply).toEqual({ kind: 'refused', code: 'PlanOutdated', changed: ['app /web'] });
    expect(harness.writer.view.state.apps.get('/web')?.instances).toBe(5);
  });

  it('is refused when it is another one than was planned', async () => {
    await withWeb();
    const { reply } = await harness.submit(scale(4), undefined, tokenOf(scale(3)));
    expect(reply).toMatchObject({ code: 'PlanOutdated', changed: ['the request (or what it leads to)'] });
  });

  it('gets the reason of its own where it is refused anyway', async () => {
    await withWeb();
    const bad: ApiCommand = { ...scale(1), json: { instances: -1 } } as ApiCommand;
    expect((await harness.submit(bad, undefined, tokenOf(scale(3)))).reply).toMatchObject({
      code: 'Invalid',
    });
  });

  it('is refused with what is no token', async () => {
    await withWeb();
    expect((await harness.submit(scale(3), undefined, 'none')).reply).toMatchObject({ code: 'BadRequest' });
  });

  it.each<ApiCommand>([
    { type: 'SubscribeWebhook', settings: { ...CALLED, eventTypes: [], apps: [], maxAttempts: 1 } },
    { type: 'AddCallback', url: CALLED.url },
    { type: 'ResetDelay', appId: '/web' },
  ])('is refused when there is no plan of such a write: $type', async (command) => {
    await withWeb();
    const before = harness.writer.view.state.position;
    const { reply } = await harness.submit(command, undefined, tokenOf(scale(3)));
    expect(reply).toMatchObject({ code: 'BadRequest' });
    expect(harness.writer.view.state).toMatchObject({ position: before, webhooks: new Map() });
  });

  it('gets the first answer again under its idempotency key, although the plan is used up', async () => {
    await withWeb();
    const token = tokenOf(scale(3));
    const first = await harness.submit(scale(3), 'key', token);
    expect((await harness.submit(scale(3), 'key', token)).reply).toEqual(first.reply);
    expect((await harness.submit(scale(3), 'key')).reply).toEqual(first.reply);
  });

  it('tells two writes that were decided in one turn apart', async () => {
    await withWeb();
    const token = tokenOf(scale(3));
    const [one, two] = await Promise.all([
      harness.submit(scale(3), undefined, token),
      harness.submit(scale(3), undefined, token),
    ]);
    expect(one.reply.kind).toBe('accepted');
    expect(two.reply).toMatchObject({ code: 'PlanOutdated' });
  });
});

describe('Planner', () => {
  it('leaves no trace', async () => {
    await withWeb();
    await idle();
    const events = await harness.log.events();
    const effects = harness.performed.length;
    const planned = await planner().plan({ command: scale(3), withPlacements: true });
    await idle();
    expect(planned.outlook).toMatchObject({ outcome: 'scale', apps: [{ keep: 1, start: 2 }] });
    expect(planned.position).toBe(events.length);
    expect(await harness.log.events()).toEqual(events);
    expect(harness.performed).toHaveLength(effects);
    expect(harness.writer.view.state.apps.get('/web')?.instances).toBe(1);
  });

  it('plans one after the other, also after one that failed', async () => {
    await withWeb();
    const shared = planner();
    const broken = {
      type: 'PutApp',
      appId: '/web',
      get json(): unknown {
        throw new Error('scripted');
      },
    };
    const answers = await Promise.allSettled([
      shared.plan({ command: broken as unknown as ApiCommand, withPlacements: true }),
      shared.plan({ command: scale(2), withPlacements: true }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  });

  it('looks for agents when it knows none and could', async () => {
    await withWeb();
    let looks = 0;
    const shared = planner(() => void (looks += 1));
    const plan = (): Promise<PlannedChange> => shared.plan({ command: scale(2), withPlacements: true });
    await plan();
    expect(looks).toBe(0);
    harness.writer.tell({ type: 'SchedulerConnected', frameworkId: 'f', master: 'm' });
    await idle();
    await plan();
    expect(looks).toBe(1);
  });

  it('does not wait for agents with every plan where there are none', async () => {
    await withWeb();
    const shared = planner();
    const startedMs = performance.now();
    const plans = Array.from({ length: 5 }, () => shared.plan({ command: scale(2), withPlacements: true }));
    await Promise.all(plans);
    expect(performance.now() - startedMs).toBeLessThan(3000);
  });

  it('never holds up others for long, whatever it plans', async () => {
    await withWeb();
    let longestMs = 0;
    let last = performance.now();
    const look = (): void => {
      longestMs = Math.max(longestMs, performance.now() - last);
      last = performance.now();
    };
    const watch = setInterval(look, 1);
    await planner().plan({ command: scale(9000), withPlacements: true });
    clearInterval(watch);
    // The limit is 20 ms; a busy machine may hold up anything.
    expect(longestMs).toBeLessThan(100);
  });
});
