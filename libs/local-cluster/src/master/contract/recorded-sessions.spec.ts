import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Event, TaskInfo, TaskState } from '#mesos';
import { MemoryLink } from '../../link/link.js';
import { taskInfo } from '../calls/task-info.fixture.js';
import { until } from '../master-harness.fixture.js';
import { Master } from '../master.js';
import { executorStatus, ScriptedAgent } from '../scripted-agent.fixture.js';
import { readRecordedSession, stepsOf } from '../../../../../test/support/recorded-session.js';
import { kindOf, recordedEvents, shapesByKind } from './recording.fixture.js';
import { SchedulerClient } from './scheduler-client.fixture.js';

let workDir: string;
const masters: Master[] = [];

beforeEach(async () => {
  workDir = await mkdtemp(join(tmpdir(), 'contract-'));
});

afterEach(async () => {
  await Promise.all(masters.splice(0).map((master) => master.stop()));
  await rm(workDir, { recursive: true, force: true });
});

async function startMaster(name: string): Promise<Master> {
  const options = {
    workDir: join(workDir, name),
    port: 0,
    allocationIntervalMs: 20,
    heartbeatIntervalMs: 15_000,
  };
  const master = await Master.start({ options });
  masters.push(master);
  return master;
}

/** Starts tasks like a command executor. */
function runTask(agent: ScriptedAgent, task: TaskInfo, frameworkId: string): void {
  agent.update(frameworkId, task.task_id.value, 'TASK_STARTING');
  agent.update(frameworkId, task.task_id.value, 'TASK_RUNNING');
}

function attachAgent(master: Master): { link: MemoryLink; agent: ScriptedAgent } {
  const link = new MemoryLink();
  master.attachAgent(link.masterEnd);
  const agent = new ScriptedAgent(link, { onRunTask: runTask });
  link.connect();
  return { link, agent };
}

function has(client: SchedulerClient, kind: string, taskId?: string): boolean {
  return client.events.some(
    (event) =>
      kindOf(event) === kind &&
      (taskId === undefined || (event.type === 'UPDATE' && event.update.status.task_id.value === taskId)),
  );
}

async function acknowledgeAll(client: SchedulerClient, agentId: string): Promise<void> {
  for (const event of client.events) {
    if (event.type !== 'UPDATE' || event.update.status.uuid === undefined) continue;
    const { task_id, uuid } = event.update.status;
    const answer = await client.call({
      type: 'ACKNOWLEDGE',
      acknowledge: { agent_id: { value: agentId }, task_id, uuid },
    });
    expect(answer.status).toBe(202);
  }
}

/** Frames that need task groups are not part of this comparison. */
function withoutGroups(events: readonly Event[]): Event[] {
  return events.filter(
    (event) =>
      !kindOf(event).endsWith('group') &&
      !(event.type === 'FAILURE' && event.failure.executor_id !== undefined) &&
      !(event.type === 'OFFERS' && event.offers.offers?.some((offer) => offer.executor_ids !== undefined)),
  );
}

/** Shapes per kind of frame, for a comparison that names the kind. */
function shapes(events: readonly Event[]): Record<string, string[]> {
  return Object.fromEntries([...shapesByKind(events)].map(([kind, found]) => [kind, [...found].toSorted()]));
}

/** Kinds of frames in their order; heartbeats come when they come. */
function upToFirstOffer(events: readonly Event[]): string[] {
  const kinds = events.map(kindOf).filter((kind) => kind !== 'HEARTBEAT');
  return kinds.slice(0, kinds.indexOf('OFFERS') + 1);
}

function launch(offerId: string, tasks: TaskInfo[]): { type: 'ACCEPT' } & Record<string, unknown> {
  return {
    type: 'ACCEPT',
    accept: {
      offer_ids: [{ value: offerId }],
      filters: { refuse_seconds: 0 },
      operations: [{ type: 'LAUNCH', launch: { task_infos: tasks } }],
    },
  };
}

describe('scheduler-session.jsonl', () => {
  const recording = readRecordedSession('scheduler-session');

  it('has frames of the same shapes in ours', async () => {
    const master = await startMaster('first');
    const { agent } = attachAgent(master);
    await until(() => agent.isRegistered);
    const client = new SchedulerClient(master.url);
    await client.subscribe(stepsOf(recording, 'call')[0]!.json);
    const first = await client.offer();
    const agentId = first.agent_id.value;
    // What ends while an offer is out would be offered by itself, in a shape the recording does not have.
    await client.call({ type: 'SUPPRESS' });
    const ids = ['t-sleep', 't-echo', 't-fail', 't-kill'];
    await client.call(
      launch(
        first.id.value,
        ids.map((id) => taskInfo(id, agentId)),
      ),
    );
    await until(() => ids.every((id) => has(client, 'UPDATE TASK_RUNNING SOURCE_EXECUTOR', id)));

    await client.call({
      type: 'RECONCILE',
      reconcile: { tasks: [{ task_id: { value: 't-kill' } }, { task_id: { value: 't-unknown' } }] },
    });
    await client.call({ type: 'RECONCILE', reconcile: { tasks: [] } });
    const ended = (taskId: string, state: TaskState, message: string): unknown =>
      agent.update(client.frameworkId, taskId, state, { message });
    ended('t-echo', 'TASK_FINISHED', 'Command exited with status 0');
    ended('t-fail', 'TASK_FAILED', 'Command exited with status 3');
    await client.call({ type: 'KILL', kill: { task_id: { value: 't-kill' }, agent_id: { value: agentId } } });
    await client.call({ type: 'KILL', kill: { task_id: { value: 't-nosuch' } } });
    await until(() => agent.got('kill_task').length === 1);
    agent.update(client.frameworkId, 't-kill', 'TASK_KILLING');
    ended('t-kill', 'TASK_KILLED', 'Command terminated with signal Terminated');
    await until(() => has(client, 'UPDATE TASK_KILLED SOURCE_EXECUTOR'));

    await client.call({ type: 'REVIVE' });
    const second = await client.offer();
    await client.call(launch(second.id.value, [taskInfo('t-toobig', agentId, { uses: 'cpus:1000;mem:64' })]));
    const third = await client.offer();
    const offer_ids = [third.id];
    await client.call({ type: 'DECLINE', decline: { offer_ids, filters: { refuse_seconds: 3600 } } });
    await client.call({ type: 'SUPPRESS' });
    await client.call(launch(third.id.value, [taskInfo('t-staleoffer', agentId)]));
    await client.call({ type: 'REVIVE' });
    await client.offer();
    await acknowledgeAll(client, agentId);
    await client.call({ type: 'TEARDOWN' });
    await until(() => client.isEnded);
    expect(shapes(client.events)).toEqual(shapes(withoutGroups(recordedEvents(recording))));
  });

  it('opens its streams with the same headers', async () => {
    const master = await startMaster('first');
    const client = new SchedulerClient(master.url);
    await client.subscribe(stepsOf(recording, 'call')[0]!.json);
    const recorded = stepsOf(recording, 'headers')[0]!.headers;
    const names = Object.keys(recorded).map((name) => name.toLowerCase());
    expect(Object.keys(client.headers)).toEqual(expect.arrayContaining(names));
    expect(client.headers).toMatchObject({
      'content-type': 'application/json',
      'transfer-encoding': 'chunked',
    });
    client.disconnect();
  });

  it('is refused in the same words', async () => {
    const master = await startMaster('first');
    const client = new SchedulerClient(master.url);
    await client.subscribe(stepsOf(recording, 'call')[0]!.json);
    await until(() => client.frameworkId !== '');
    const answers = [
      await client.call({ type: 'ACCEPT' }),
      await client.call({ type: 'REVIVE' }, 'no-such-stream'),
      await client.call({ type: 'REVIVE', framework_id: { value: 'no-such-framework' } }),
    ];
    const recorded = stepsOf(recording, 'response').filter(({ status }) => status === 400);
    const [subscribed] = recordedEvents(recording);
    const recordedId = subscribed?.type === 'SUBSCRIBED' ? subscribed.subscribed.framework_id.value : '';
    expect(
      answers.map(({ status, body, headers }) => ({ status, body, type: headers['content-type'] })),
    ).toEqual(
      recorded.map(({ status, body, headers }) => ({
        status,
        body: body.replace(recordedId, client.frameworkId),
        type: headers!['Content-Type'],
      })),
    );
    client.disconnect();
  });

  it('says of invalid tasks what the recording says', async () => {
    const master = await startMaster('first');
    attachAgent(master);
    const client = new SchedulerClient(master.url);
    await client.subscribe(stepsOf(recording, 'call')[0]!.json);
    const offer = await client.offer();
    await client.call(
      launch(offer.id.value, [
        taskInfo('t-toobig', offer.agent_id.value, { uses: 'cpus:1000;mem:64' }),
        taskInfo('t-fits', offer.agent_id.value),
      ]),
    );
    await client.call(launch(offer.id.value, [taskInfo('t-stale', offer.agent_id.value)]));
    await until(() => has(client, 'UPDATE TASK_DROPPED SOURCE_MASTER REASON_INVALID_OFFERS'));
    const messages = client.events.flatMap((event) =>
      event.type === 'UPDATE' && event.update.status.source === 'SOURCE_MASTER'
        ? [event.update.status.message]
        : [],
    );
    expect(messages).toEqual([
      'Total resources cpus(allocated: *):1000; mem(allocated: *):64 required by task and its executor is more ' +
        'than available ports(allocated: *):[31000-32000]; cpus(allocated: *):8; mem(allocated: *):8192; ' +
        'disk(allocated: *):10000',
      `Task launched with invalid offers: Offer ${offer.id.value} is no longer valid`,
    ]);
    client.disconnect();
  });
});

describe('failover-session.jsonl', () => {
  const recording = readRecordedSession('failover-session');

  it('has frames of the same shapes in ours', async () => {
    const [firstMaster, secondMaster] = [await startMaster('first'), await startMaster('second')];
    const { link, agent } = attachAgent(firstMaster);
    const clients = [firstMaster, firstMaster, secondMaster].map((master) => new SchedulerClient(master.url));
    const [first, second, third] = clients as [SchedulerClient, SchedulerClient, SchedulerClient];
    const subscribe = stepsOf(recording, 'call')[0]!.json as unknown as {
      subscribe: { framework_info: object };
    };
    await first.subscribe(subscribe);
    const offer = await first.offer();
    const agentId = offer.agent_id.value;
    await first.call(launch(offer.id.value, [taskInfo('long', agentId)]));
    await until(() => has(first, 'UPDATE TASK_RUNNING SOURCE_EXECUTOR'));
    await acknowledgeAll(first, agentId);

    const id = { value: first.frameworkId };
    const again = {
      framework_id: id,
      subscribe: { framework_info: { ...subscribe.subscribe.framework_info, id } },
    };
    await second.subscribe(again);
    await until(() => first.isEnded && second.events.length >= 2);
    await firstMaster.stop();
    masters.splice(masters.indexOf(firstMaster), 1);
    await until(() => second.isEnded);
    link.disconnect();

    await third.subscribe(again);
    await until(() => third.events.length >= 2);
    const task_id = { value: 'long' };
    await third.call({
      type: 'RECONCILE',
      reconcile: { tasks: [{ task_id, agent_id: { value: agentId } }] },
    });
    const info = { ...subscribe.subscribe.framework_info, id } as never;
    const running = executorStatus(agentId, 'long', 'TASK_RUNNING');
    const tasks = [
      {
        frameworkId: id.value,
        info: taskInfo('long', agentId),
        state: 'TASK_RUNNING' as const,
        statusUpdateState: 'TASK_RUNNING' as const,
        statusUpdateUuid: running.uuid,
        statuses: [running],
      },
    ];
    const newLink = new MemoryLink();
    secondMaster.attachAgent(newLink.masterEnd);
    const returned = new ScriptedAgent(newLink, { agentId, tasks, frameworks: [info] });
    newLink.connect();
    await third.offer();
    await third.call({ type: 'RECONCILE', reconcile: { tasks: [] } });
    newLink.disconnect();
    await until(() => has(third, 'RESCIND'));
    newLink.connect();
    await third.offer();
    await third.call({ type: 'SUPPRESS' });
    await third.call({ type: 'KILL', kill: { task_id } });
    await until(() => returned.got('kill_task').length === 1);
    const message = 'Command terminated with signal Terminated';
    returned.update(id.value, 'long', 'TASK_KILLED', { message });
    await until(() => has(third, 'UPDATE TASK_KILLED SOURCE_EXECUTOR'));
    await acknowledgeAll(third, agentId);
    await third.call({ type: 'TEARDOWN' });
    await until(() => third.isEnded);

    expect(agent.got('shutdown_framework')).toEqual([]);
    const own = clients.flatMap((client) => client.events);
    expect(shapes(own)).toEqual(shapes(withoutGroups(recordedEvents(recording))));
    expect(upToFirstOffer(own)).toEqual(upToFirstOffer(recordedEvents(recording)));
  });
});
