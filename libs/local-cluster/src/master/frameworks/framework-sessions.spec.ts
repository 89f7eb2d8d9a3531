import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FrameworkInfo } from '#mesos';
import { acceptBody, offersOn, taskInfo } from '../calls/task-info.fixture.js';
import { FRAMEWORK, MasterHarness, until, type RecordingStream } from '../master-harness.fixture.js';
import { taskIdOf } from '../state/task.js';

let master: MasterHarness;

beforeEach(async () => {
  master = await MasterHarness.start({ roles: ['*', 'a', 'b'], rootSubmissions: true });
});

afterEach(() => master.dispose());

function errorOf(stream: RecordingStream): string | undefined {
  const [event] = stream.events;
  return event?.type === 'ERROR' && stream.isClosed ? event.error.message : undefined;
}

describe('a SUBSCRIBE that is refused', () => {
  it.each<[string, Partial<FrameworkInfo>]>([
    ["'FrameworkInfo.role' must not be set when the framework is MULTI_ROLE capable", { role: 'a' }],
    [
      "'FrameworkInfo.roles' must not be set when the framework is not MULTI_ROLE capable",
      { capabilities: [] },
    ],
    ["Roles { c } are not present in the master's --roles", { roles: ['a', 'c'] }],
    ['The framework failover_timeout (-1) is invalid', { failover_timeout: -1 }],
    ['The framework failover_timeout (Infinity) is invalid', { failover_timeout: Infinity }],
  ])('%s', (message, info) => {
    expect(errorOf(master.subscribe(info))).toBe(message);
  });

  it('names suppressed roles it does not have', () => {
    expect(errorOf(master.subscribe({}, { suppressed_roles: ['b'] }))).toBe(
      'Suppressed roles { b } are not contained in the set of roles',
    );
  });
});

describe('resubscription', () => {
  it('ends the older stream, keeps tasks, takes offers back and makes them anew', async () => {
    const agent = await master.agent();
    const older = master.subscribe();
    const { id } = master.framework(older);
    master.call(older, acceptBody([offersOn(older)[0]!.id.value], [taskInfo('t', agent.agentId!)]));
    master.clock.advance(1000);
    older.take();
    const newer = master.subscribe({ id: { value: id }, user: 'other', checkpoint: false, hostname: 'h' });
    expect(older.take()).toEqual([{ type: 'ERROR', error: { message: 'Framework failed over' } }]);
    expect(older.isClosed).toBe(true);
    expect(newer.events.map((event) => event.type)).toEqual(['SUBSCRIBED', 'HEARTBEAT', 'OFFERS']);
    expect([...master.framework(newer).tasks.keys()]).toEqual(['t']);
    expect(master.framework(newer).info).toMatchObject({ user: 'root', checkpoint: true, hostname: 'h' });
  });

  it('asks agents to resend what waits for an acknowledgement', async () => {
    const agent = await master.agent();
    const stream = master.subscribe();
    await until(() => agent.got('update_framework').length === 1);
    expect(agent.got('update_framework')[0]!.framework.id!.value).toBe(master.framework(stream).id);
  });

  it('may not change the principal', () => {
    const { id } = master.framework(master.subscribe({ principal: 'p' }));
    expect(errorOf(master.subscribe({ id: { value: id }, principal: 'q' }))).toBe(
      "Changing framework's principal is not allowed.",
    );
  });

  it('takes any id that nobody knows', () => {
    const stream = master.subscribe({ id: { value: 'elsewhere-0007' } });
    expect(master.framework(stream).id).toBe('elsewhere-0007');
  });
});

describe('removal', () => {
  it('comes when the failover timeout has passed, kills the tasks, and makes the id unusable', async () => {
    const agent = await master.agent();
    const stream = master.subscribe();
    const framework = master.framework(stream);
    master.call(stream, acceptBody([offersOn(stream)[0]!.id.value], [taskInfo('t', agent.agentId!)]));
    stream.take();
    master.parts.sessions.disconnect(framework, stream);
    master.clock.advance(59_999);
    expect(master.state.frameworks.has(framework.id)).toBe(true);
    master.clock.advance(1);
    expect(stream.events).toEqual([]);
    await until(() => agent.got('shutdown_framework').length === 1);
    const completed = [
      ...master.state.completedFrameworks.get(framework.id)!.framework.completedTasks.values(),
    ];
    expect(completed.map((task) => [taskIdOf(task), task.state, task.statuses.at(-1)!.message])).toEqual([
      ['t', 'TASK_KILLED', `Framework ${framework.id} removed`],
    ]);
    expect(errorOf(master.subscribe({ id: { value: framework.id } }))).toBe('Framework has been removed');
    expect(offersOn(master.subscribe())).toHaveLength(1);
  });

  it('does not come when the framework was back in time', () => {
    const stream = master.subscribe();
    const framework = master.framework(stream);
    master.parts.sessions.disconnect(framework, stream);
    master.clock.advance(30_000);
    master.subscribe({ id: { value: framework.id } });
    master.clock.advance(3_600_000);
    expect(master.state.frameworks.has(framework.id)).toBe(true);
  });
});

describe('UPDATE_FRAMEWORK', () => {
  it.each<[string, Partial<FrameworkInfo>, object]>([
    [
      "FrameworkInfo update is not valid: Updating 'FrameworkInfo.user' is unsupported; " +
        "Updating 'FrameworkInfo.checkpoint' is unsupported",
      { user: 'other', checkpoint: false },
      {},
    ],
    [
      "FrameworkInfo update is not valid: Changing framework's principal is not allowed.",
      { principal: 'q' },
      {},
    ],
    [
      "Supplied FrameworkInfo is not valid: Roles { c } are not present in the master's --roles",
      { roles: ['c'] },
      {},
    ],
    [
      "'UpdateFramework' call is not valid: Suppressed roles { b } are not contained in the set of roles",
      {},
      { suppressed_roles: ['b'] },
    ],
    [
      "'UpdateFramework' call is not valid: Offer constraints specify role_constraints for a role 'b' " +
        'not contained in the set of roles',
      {},
      { offer_constraints: { role_constraints: { b: { groups: [] } } } },
    ],
  ])('refuses: %s', (body, info, more) => {
    const framework = master.framework(master.subscribe());
    const framework_info = { ...FRAMEWORK, id: { value: framework.id }, ...info };
    expect(master.parts.sessions.update(framework, { framework_info, ...more })).toEqual({
      kind: 'refused',
      body,
    });
  });
});

describe('status updates', () => {
  it('complete a task when its end is acknowledged, and only then', async () => {
    const agent = await master.agent();
    const stream = master.subscribe();
    const { id, tasks } = master.framework(stream);
    master.call(stream, acceptBody([offersOn(stream)[0]!.id.value], [taskInfo('t', agent.agentId!)]));
    const uuid = agent.update(id, 't', 'TASK_FINISHED');
    await until(() => stream.statuses().length === 1);
    expect(tasks.get('t')).toMatchObject({ state: 'TASK_FINISHED', charged: undefined });
    const acknowledge = { agent_id: { value: agent.agentId! }, task_id: { value: 't' }, uuid };
    master.call(stream, { type: 'ACKNOWLEDGE', acknowledge: { ...acknowledge, uuid: 'AAAA' } });
    expect(tasks.has('t')).toBe(true);
    master.call(stream, { type: 'ACKNOWLEDGE', acknowledge });
    expect(tasks.has('t')).toBe(false);
    await until(() => agent.got('ack_status').length === 2);
    expect(agent.got('ack_status').map((message) => message.uuid)).toEqual(['AAAA', uuid]);
  });

  it('that a disconnected framework cannot get do not count as told', async () => {
    const agent = await master.agent();
    const stream = master.subscribe();
    const framework = master.framework(stream);
    master.call(stream, acceptBody([offersOn(stream)[0]!.id.value], [taskInfo('t', agent.agentId!)]));
    master.parts.sessions.disconnect(framework, stream);
    agent.update(framework.id, 't', 'TASK_RUNNING');
    await until(() => framework.tasks.get('t')!.state === 'TASK_RUNNING');
    expect(framework.tasks.get('t')!.statusUpdateState).toBeUndefined();
  });
});
