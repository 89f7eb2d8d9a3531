import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TaskInfo } from '#mesos';
import { MasterHarness, type RecordingStream } from '../master-harness.fixture.js';
import type { ScriptedAgent } from '../scripted-agent.fixture.js';
import { acceptBody, offersOn, taskInfo } from './task-info.fixture.js';

let master: MasterHarness;
let agent: ScriptedAgent;
let stream: RecordingStream;

beforeEach(async () => {
  master = await MasterHarness.start();
  agent = await master.agent();
  stream = master.subscribe();
});

afterEach(() => master.dispose());

function launch(...tasks: Partial<TaskInfo & { uses: string }>[]): void {
  const [offer] = offersOn(stream);
  const infos = tasks.map((task, index) => ({ ...taskInfo(`t${index}`, agent.agentId!), ...task }));
  master.call(stream, acceptBody([offer!.id.value], infos));
}

const scalar = (name: string, value: number): object => ({ name, type: 'SCALAR', scalar: { value } });

describe('a task that breaks a rule of C§13', () => {
  it.each<[string, object]>([
    ['ID must not be empty', { task_id: { value: '' } }],
    ['ID must not be greater than 255 characters', { task_id: { value: 'x'.repeat(256) } }],
    ["'.' is disallowed", { task_id: { value: '.' } }],
    ["'a/b' contains invalid characters", { task_id: { value: 'a/b' } }],
    ['Task uses no resources', { resources: [] }],
    [
      "Task's 'kill_policy.grace_period' must be non-negative",
      { kill_policy: { grace_period: { nanoseconds: -1 } } },
    ],
    ["Task's `max_completion_time` must be non-negative", { max_completion_time: { nanoseconds: -1 } }],
    [
      "Task uses invalid health check: Expecting 'http' to be set for HTTP health check",
      { health_check: { type: 'HTTP' } },
    ],
    ["Task uses invalid health check: HealthCheck must specify 'type'", { health_check: {} }],
    [
      "Task uses invalid health check: The path 'x' of HTTP health check must start with '/'",
      { health_check: { type: 'HTTP', http: { port: 1, path: 'x' } } },
    ],
    [
      "Task uses invalid health check: Unsupported HTTP health check scheme: 'ftp'",
      { health_check: { type: 'HTTP', http: { port: 1, scheme: 'ftp' } } },
    ],
    [
      "Task uses invalid health check: Expecting 'delay_seconds' to be non-negative",
      { health_check: { type: 'TCP', tcp: { port: 1 }, delay_seconds: -1 } },
    ],
    [
      "Task uses invalid check: Expecting 'command' to be set for COMMAND check",
      { check: { type: 'COMMAND' } },
    ],
    [
      "Task's `CommandInfo` is invalid: Environment variable 'A' of type 'SECRET' must have a secret set",
      { command: { value: 'x', environment: { variables: [{ name: 'A', type: 'SECRET' }] } } },
    ],
    [
      "Task's `ContainerInfo` is invalid: DockerInfo 'docker' is not set for DOCKER typed ContainerInfo",
      { container: { type: 'DOCKER' } },
    ],
    [
      "Task's `ContainerInfo` is invalid: Only one of them should be set: 'host_path', 'image' and 'source'",
      {
        container: {
          type: 'MESOS',
          volumes: [{ mode: 'RW', container_path: 'x', host_path: '/x', source: { type: 'SECRET' } }],
        },
      },
    ],
    [
      "Only tasks in a task group may have 'share_cgroups' set to 'false'",
      { container: { type: 'MESOS', linux_info: { share_cgroups: false } } },
    ],
    ["Only cpus and mem may be included in a task's resource limits", { limits: { disk: { value: 1 } } }],
    ['The cpu limit must be greater than or equal to the cpu request', { limits: { cpus: { value: 0.1 } } }],
    [
      'When a memory limit is specified, a memory request must also be specified',
      { resources: [scalar('cpus', 1)], limits: { mem: { value: 100 } } },
    ],
    [
      'Task should have at least one (but not both) of CommandInfo or ExecutorInfo present',
      { command: undefined },
    ],
    [
      "'ExecutorInfo.type' must be 'CUSTOM'",
      { command: undefined, executor: { type: 'DEFAULT', executor_id: { value: 'e' } } },
    ],
    [
      'Invalid task resources: The resources have multiple allocation roles',
      { resources: [{ ...scalar('cpus', 1), allocation_info: { role: 'x' } }, scalar('mem', 32)] },
    ],
    [
      'Total resources cpus(allocated: *):9 required by task and its executor is more than available ' +
        'ports(allocated: *):[31000-32000]; cpus(allocated: *):8; mem(allocated: *):8192; disk(allocated: *):10000',
      { resources: [scalar('cpus', 9)] },
    ],
  ])('%s', (message, task) => {
    launch(task);
    expect(stream.statuses()).toEqual([
      expect.objectContaining({
        state: 'TASK_ERROR',
        source: 'SOURCE_MASTER',
        reason: 'REASON_TASK_INVALID',
        message,
      }),
    ]);
    expect(stream.statuses()[0]).not.toHaveProperty('uuid');
  });

  it('for another agent', () => {
    launch({ agent_id: { value: 'other' } });
    expect(stream.statuses()[0]!.message).toBe(
      `Task uses invalid agent other while agent ${agent.agentId} is expected`,
    );
  });

  it('fails alone, and the tasks after it use what is left', () => {
    launch({ resources: [scalar('cpus', 7)] as never }, { resources: [scalar('cpus', 2)] as never }, {
      resources: [scalar('cpus', 1)],
    } as never);
    expect(stream.statuses().map((status) => status.task_id.value)).toEqual(['t1']);
    expect([...master.framework(stream).tasks.keys()]).toEqual(['t0', 't2']);
  });

  it('fails together with its whole operation when a resource is malformed', () => {
    launch({}, { resources: [scalar('cpus', -1)] as never });
    expect(stream.statuses().map((status) => status.message)).toEqual(
      Array(2).fill(
        expect.stringMatching(/^Task uses invalid resources: Resource '.*' is invalid: Invalid scalar/),
      ),
    );
  });

  it('may not use an id twice', () => {
    launch({ task_id: { value: 'twin' } }, { task_id: { value: 'twin' } });
    expect(stream.statuses()[0]!.message).toBe('Task has duplicate ID: twin');
  });
});

describe('a valid task', () => {
  it('goes to the agent with its role and the framework, and keeps its resources until it ends', async () => {
    launch({});
    await expect.poll(() => agent.got('run_task')).toHaveLength(1);
    const [message] = agent.got('run_task');
    expect(message).toMatchObject({ launchExecutor: true, resourceVersion: 'v1' });
    expect(message!.framework.id!.value).toBe(master.framework(stream).id);
    expect(message!.task.resources).toEqual([
      expect.objectContaining({ name: 'cpus', allocation_info: { role: '*' } }),
      expect.objectContaining({ name: 'mem', allocation_info: { role: '*' } }),
    ]);
    expect(master.framework(stream).tasks.get('t0')).toMatchObject({ state: 'TASK_STAGING' });
  });
});

describe('an ACCEPT of offers that cannot be used', () => {
  it.each<[string, (offer: string) => string[], (offer: string) => string]>([
    ['unknown', () => ['O99'], () => 'Offer O99 is no longer valid'],
    ['duplicate', (offer) => [offer, offer], (offer) => `Duplicate offer ${offer} in offer list`],
    ['none', () => [], () => 'No offers specified'],
  ])('%s', (_, offers, why) => {
    const [offer] = offersOn(stream);
    master.call(stream, acceptBody(offers(offer!.id.value), [taskInfo('t', agent.agentId!)]));
    expect(stream.statuses()).toEqual([
      expect.objectContaining({
        state: 'TASK_DROPPED',
        reason: 'REASON_INVALID_OFFERS',
        message: `Task launched with invalid offers: ${why(offer!.id.value)}`,
      }),
    ]);
  });

  it('of different agents, and returns them without a filter', async () => {
    const other = await master.agent();
    const offers = offersOn(stream).map((offer) => offer.id.value);
    stream.take();
    master.call(stream, acceptBody(offers, [taskInfo('t', other.agentId!)], 3600));
    expect(stream.statuses()[0]!.message).toMatch(/Aggregated offers must belong to one single agent\. /);
    master.clock.advance(1000);
    expect(offersOn(stream)).toHaveLength(2);
  });

  it('is TASK_LOST for frameworks that do not know partitions', () => {
    const simple = master.subscribe({ capabilities: [{ type: 'MULTI_ROLE' }] });
    master.call(simple, acceptBody(['O99'], [taskInfo('t', agent.agentId!)]));
    expect(simple.statuses()[0]!.state).toBe('TASK_LOST');
  });
});

describe('operations that this cluster does not perform', () => {
  it('answers each of them', () => {
    const [offer] = offersOn(stream);
    const task = taskInfo('g', agent.agentId!);
    stream.take();
    master.call(stream, {
      type: 'ACCEPT',
      accept: {
        offer_ids: [offer!.id],
        operations: [
          { type: 'RESERVE', id: { value: 'r' }, reserve: { resources: [] } },
          { type: 'CREATE', create: { volumes: [] } },
          { type: 'LAUNCH_GROUP', launch_group: { executor: {}, task_group: { tasks: [task] } } },
        ],
      },
    });
    expect(stream.take()).toEqual([
      {
        type: 'UPDATE_OPERATION_STATUS',
        update_operation_status: {
          status: {
            operation_id: { value: 'r' },
            state: 'OPERATION_ERROR',
            message: 'RESERVE operations are not supported by this cluster',
          },
        },
      },
      {
        type: 'UPDATE',
        update: {
          status: expect.objectContaining({
            state: 'TASK_ERROR',
            reason: 'REASON_TASK_GROUP_INVALID',
          }) as unknown,
        },
      },
    ]);
  });
});

it('takes an ACCEPT without operations for a DECLINE', () => {
  const [offer] = offersOn(stream);
  stream.take();
  master.call(stream, {
    type: 'ACCEPT',
    accept: { offer_ids: [offer!.id], filters: { refuse_seconds: 10 } },
  });
  master.clock.advance(9000);
  expect(stream.events).toEqual([]);
  master.clock.advance(2000);
  expect(offersOn(stream)).toHaveLength(1);
});
