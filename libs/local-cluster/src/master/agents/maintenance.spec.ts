import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Event, FrameworkInfo, InverseOffer } from '#mesos';
import { acceptBody, offersOn, taskInfo } from '../calls/task-info.fixture.js';
import { MasterHarness, until, type RecordingStream } from '../master-harness.fixture.js';
import type { ScriptedAgent } from '../scripted-agent.fixture.js';

let master: MasterHarness;

beforeEach(async () => {
  master = await MasterHarness.start();
});

afterEach(() => master.dispose());

const machine = { hostname: 'One' };

const unavailability = (startMs: number) => ({
  start: { nanoseconds: startMs * 1e6 },
  duration: { nanoseconds: 3_600e9 },
});

const window = (hostname: string, startMs: number) => ({
  machine_ids: [{ hostname }],
  unavailability: unavailability(startMs),
});

function outline(events: readonly Event[]): string[] {
  return events.map((event) =>
    event.type === 'UPDATE'
      ? `${event.update.status.state} ${event.update.status.reason ?? ''}`.trim()
      : event.type,
  );
}

const inverseOffersOn = (stream: RecordingStream): InverseOffer[] =>
  stream.events.flatMap((event) =>
    event.type === 'INVERSE_OFFERS' ? [...(event.inverse_offers.inverse_offers ?? [])] : [],
  );

/** A framework with a running task on the only agent, on host `one`; its events so far taken. */
async function runOne(info: Partial<FrameworkInfo> = {}): Promise<{
  agent: ScriptedAgent;
  stream: RecordingStream;
}> {
  const agent = await master.agent({ hostname: 'one' });
  const stream = master.subscribe(info);
  master.call(stream, acceptBody([offersOn(stream)[0]!.id.value], [taskInfo('t', agent.agentId!)]));
  agent.update(master.framework(stream).id, 't', 'TASK_RUNNING');
  await until(() => stream.statuses().length === 1);
  master.clock.advance(1_000);
  stream.take();
  return { agent, stream };
}

describe('a maintenance schedule', () => {
  it('stands in the offers of its machines, which are made anew', async () => {
    await master.agent({ hostname: 'one' });
    await master.agent({ hostname: 'two' });
    const stream = master.subscribe();
    stream.take();
    await master.parts.maintenance.replace([window('ONE', 5)]);
    expect(outline(stream.take())).toEqual(['RESCIND']);
    master.clock.advance(1_000);
    expect(offersOn(stream).map(({ hostname, unavailability: when }) => [hostname, when])).toEqual([
      ['one', unavailability(5)],
    ]);
    stream.take();
    await master.parts.maintenance.replace([]);
    expect(outline(stream.take())).toEqual(['RESCIND']);
    master.clock.advance(1_000);
    expect(offersOn(stream)[0]).not.toHaveProperty('unavailability');
  });

  it('is kept across starts, as is what is down', async () => {
    await master.parts.maintenance.replace([window('one', 5), window('two', 7)]);
    await master.parts.maintenance.startMaintenance([{ hostname: 'two' }]);
    const { workDir } = master;
    await master.crash();
    master = await MasterHarness.start({ workDir });
    expect(master.parts.maintenance.windows).toEqual([window('one', 5), window('two', 7)]);
    expect(master.parts.maintenance.status()).toEqual({
      draining_machines: [{ id: { hostname: 'one' } }],
      down_machines: [{ hostname: 'two' }],
    });
  });
});

describe('an inverse offer', () => {
  it('goes to frameworks with something on the machine, until they answer, and again after their filter', async () => {
    const { agent, stream } = await runOne();
    const other = master.subscribe();
    other.take();
    await master.parts.maintenance.replace([window('one', 5)]);
    master.clock.advance(1_000);
    const [question] = inverseOffersOn(stream);
    expect(question).toMatchObject({
      framework_id: { value: master.framework(stream).id },
      agent_id: { value: agent.agentId },
      url: { address: { hostname: 'one' } },
      unavailability: unavailability(5),
    });
    expect(inverseOffersOn(other)).toEqual([]);
    master.clock.advance(60_000);
    expect(inverseOffersOn(stream)).toHaveLength(1);
    const answer = { inverse_offer_ids: [question!.id], filters: { refuse_seconds: 30 } };
    master.call(stream, { type: 'DECLINE_INVERSE_OFFERS', decline_inverse_offers: answer });
    master.clock.advance(29_000);
    expect(inverseOffersOn(stream)).toHaveLength(1);
    master.clock.advance(2_000);
    expect(inverseOffersOn(stream)).toHaveLength(2);
  });

  it('is asked again at once after a REVIVE', async () => {
    const { stream } = await runOne();
    await master.parts.maintenance.replace([window('one', 5)]);
    master.clock.advance(1_000);
    const answer = { inverse_offer_ids: [inverseOffersOn(stream)[0]!.id], filters: { refuse_seconds: 999 } };
    master.call(stream, { type: 'ACCEPT_INVERSE_OFFERS', accept_inverse_offers: answer });
    master.call(stream, { type: 'REVIVE' });
    master.clock.advance(0);
    expect(inverseOffersOn(stream)).toHaveLength(2);
  });

  it('is answered in the sight of operators, until the window is another one', async () => {
    const { stream } = await runOne();
    const { maintenance } = master.parts;
    await maintenance.replace([window('one', 5)]);
    master.clock.advance(1_000);
    expect(maintenance.status()).toEqual({ draining_machines: [{ id: { hostname: 'one' } }] });
    const [question] = inverseOffersOn(stream);
    const answer = { inverse_offer_ids: [{ value: 'unknown' }, question!.id] };
    master.call(stream, { type: 'ACCEPT_INVERSE_OFFERS', accept_inverse_offers: answer });
    const framework_id = { value: master.framework(stream).id };
    const timestamp = { nanoseconds: master.clock.nowMs() * 1e6 };
    expect(maintenance.status()).toEqual({
      draining_machines: [
        { id: { hostname: 'one' }, statuses: [{ status: 'ACCEPT', framework_id, timestamp }] },
      ],
    });
    await maintenance.replace([window('one', 6)]);
    expect(maintenance.status()).toEqual({ draining_machines: [{ id: { hostname: 'one' } }] });
  });

  it.each<[why: string, cause: (agent: ScriptedAgent, stream: RecordingStream) => Promise<unknown>]>([
    ['the schedule is withdrawn', () => master.parts.maintenance.replace([])],
    [
      'the agent is lost',
      () =>
        master.parts.loss.markUnreachable([...master.state.agents.values()][0]!, 'health check timed out'),
    ],
    ['the agent is deactivated', (agent) => master.parts.operations.deactivate(agent.agentId!)],
    [
      'nothing of the framework is left',
      async (agent, stream) => {
        agent.update(master.framework(stream).id, 't', 'TASK_FINISHED');
        await until(() => stream.statuses().length === 1);
        master.clock.advance(1_000);
      },
    ],
  ])('is taken back when %s', async (_, cause) => {
    const { agent, stream } = await runOne();
    await master.parts.maintenance.replace([window('one', 5)]);
    master.clock.advance(1_000);
    const [{ id } = { id: undefined }] = inverseOffersOn(stream);
    stream.take();
    await cause(agent, stream);
    expect(stream.events).toContainEqual({
      type: 'RESCIND_INVERSE_OFFER',
      rescind_inverse_offer: { inverse_offer_id: id },
    });
    expect(inverseOffersOn(stream)).toEqual([]);
  });

  it('is made anew for a framework that subscribes again', async () => {
    const { stream } = await runOne();
    await master.parts.maintenance.replace([window('one', 5)]);
    master.clock.advance(1_000);
    const again = master.subscribe({ id: { value: master.framework(stream).id } });
    expect(outline(again.events).at(-1)).toBe('INVERSE_OFFERS');
  });
});

const refusal = (error: RegExp) => ({ ok: false, error: expect.stringMatching(error) as string });

describe('a machine', () => {
  it('must be scheduled before it goes down, and stay so until it is up', async () => {
    const { maintenance } = master.parts;
    expect(await maintenance.startMaintenance([machine])).toEqual(
      refusal(/^Machine 'One' is not part of a maintenance schedule$/),
    );
    await maintenance.replace([window('one', 5)]);
    expect(await maintenance.stopMaintenance([machine])).toEqual(refusal(/not in DOWN mode/));
    expect(await maintenance.startMaintenance([machine])).toEqual({ ok: true });
    expect(await maintenance.startMaintenance([machine])).toEqual(refusal(/not in DRAINING mode/));
    expect(await maintenance.replace([])).toEqual(refusal(/is deactivated and cannot be removed/));
    expect(await maintenance.stopMaintenance([machine])).toEqual({ ok: true });
    expect(maintenance.windows).toEqual([]);
    expect(maintenance.status()).toEqual({});
  });

  it('that goes down takes its agent along, which may register again when it is up', async () => {
    const { agent, stream } = await runOne();
    const { maintenance } = master.parts;
    const former = agent.agentId!;
    await maintenance.replace([window('one', 5)]);
    master.clock.advance(1_000);
    stream.take();
    await maintenance.startMaintenance([machine]);
    expect(outline(stream.events)).toEqual([
      'TASK_LOST REASON_AGENT_REMOVED',
      'RESCIND',
      'RESCIND_INVERSE_OFFER',
      'FAILURE',
    ]);
    expect(stream.statuses()[0]?.message).toBe("Agent one removed: Operator initiated 'Machine DOWN'");
    expect(maintenance.status()).toEqual({ down_machines: [machine] });
    agent.register([], []);
    await until(() => agent.got('shutdown').length === 2);
    expect(agent.got('shutdown').map(({ message }) => message)).toEqual([
      "Operator initiated 'Machine DOWN'",
      'Machine is `DOWN`',
    ]);
    expect(master.state.agents.size).toBe(0);
    await maintenance.stopMaintenance([machine]);
    const next = await master.agent({ hostname: 'one' });
    expect(next.agentId).not.toBe(former);
    master.clock.advance(1_000);
    expect(offersOn(stream).at(-1)).not.toHaveProperty('unavailability');
  });

  it('that was down when the master started has no agent to wait for', async () => {
    const { agent } = await runOne();
    await master.parts.maintenance.replace([window('one', 5)]);
    await master.registry.append({ type: 'machines_down', machines: [machine] });
    const { workDir } = master;
    await master.crash();
    master = await MasterHarness.start({ workDir });
    expect(master.parts.directory.isRecovering).toBe(true);
    void master.agent({ hostname: 'one', agentId: agent.agentId! });
    await until(() => !master.parts.directory.isRecovering);
    expect(master.parts.directory.locate(agent.agentId!).kind).toBe('unknown');
  });
});
