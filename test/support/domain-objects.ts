import type { AppDefinition, DomainEvent, Instance, Plan, RecordedEvent } from '#domain';
import type { StoredEvent } from '#event-log';

export const VERSION = '2020-05-04T10:00:00.000Z';
export const VERSION_MS = Date.parse(VERSION);

/** A stored app like the contract's canonical example; `overrides` replace whole fields. */
export function appDefinition(overrides: Partial<AppDefinition> = {}): AppDefinition {
  return {
    id: '/foo',
    cmd: 'sleep 100',
    args: [],
    env: {},
    instances: 1,
    cpus: 1,
    mem: 128,
    disk: 0,
    gpus: 0,
    executor: '',
    constraints: [],
    role: '*',
    networks: [{ mode: 'host' }],
    portDefinitions: [{ port: 10_000, name: 'default', protocol: 'tcp' }],
    requirePorts: false,
    fetch: [],
    healthChecks: [],
    readinessChecks: [],
    backoffSeconds: 1,
    backoffFactor: 1.15,
    maxLaunchDelaySeconds: 300,
    upgradeStrategy: { minimumHealthCapacity: 1, maximumOverCapacity: 1 },
    unreachableStrategy: { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 },
    killSelection: 'YOUNGEST_FIRST',
    dependencies: [],
    labels: {},
    secrets: {},
    version: VERSION,
    versionInfo: { lastScalingAt: VERSION, lastConfigChangeAt: VERSION },
    ...overrides,
  };
}

/** A running instance with a task on `agent1.example`. */
export function runningInstance(app: AppDefinition, overrides: Partial<Instance> = {}): Instance {
  const id = overrides.id ?? instanceId(app.id, 1);
  return {
    id,
    appId: app.id,
    app,
    role: app.role,
    goal: 'Running',
    condition: 'Running',
    sinceMs: VERSION_MS,
    scheduledAtMs: VERSION_MS,
    agent: { host: 'agent1.example', agentId: 'agent-S0', attributes: [] },
    task: {
      id: `${id}._app.1`,
      incarnation: 1,
      stagedAtMs: VERSION_MS + 1120,
      startedAtMs: VERSION_MS + 2480,
      hostPorts: [31_045],
      ipAddresses: [{ ipAddress: '10.0.0.7', protocol: 'IPv4' }],
      status: { state: 'TASK_RUNNING', timestampMs: VERSION_MS },
    },
    ...overrides,
  };
}

/** An instance id of the contract's form; `number` tells instances of one app apart. */
export const instanceId = (appId: string, number: number): string =>
  `${appId.slice(1).replaceAll('/', '_')}.instance-${String(number).padStart(8, '0')}-8df4-11ea-9c1e-02420a000001`;

/** A plan of one step that starts and scales apps. */
export function plan(...appIds: string[]): Plan {
  return {
    id: '7b2a3f6e-0c5d-4f0e-9a53-000000000001',
    version: VERSION,
    steps: [{ actions: appIds.map((app) => ({ action: 'ScaleApplication', app })) }],
  };
}

/** Events as a reader of the log gets them, at positions from `first` on. */
export function storedEvents(events: readonly DomainEvent[], first = 1): StoredEvent[] {
  return events.map(({ type, data }, index) => ({
    id: `event-${first + index}`,
    stream: 'cluster',
    type,
    schema: 1,
    time: VERSION_MS,
    actor: { kind: 'user', address: '192.0.2.9' },
    correlationId: 'command-1',
    causationId: null,
    data,
    position: first + index,
    epoch: 1,
  }));
}

/** The same in the fold's eyes. */
export const recordedEvents = (events: readonly DomainEvent[]): RecordedEvent[] =>
  storedEvents(events) as unknown as RecordedEvent[];

/** The events of one instance from its wish to its first TASK_RUNNING. */
export function launchEvents(app: AppDefinition, number = 1): DomainEvent[] {
  const ref = { instanceId: instanceId(app.id, number), appId: app.id, version: app.version };
  const taskId = `${ref.instanceId}._app.1`;
  const agent = { host: 'agent1.example', agentId: 'agent-S0', attributes: [] };
  return [
    { type: 'InstanceScheduled', data: { ...ref, role: app.role } },
    {
      type: 'InstanceProvisioned',
      data: { ...ref, taskId, incarnation: 1, agent, hostPorts: [31_000 + number] },
    },
    {
      type: 'TaskStatusChanged',
      data: {
        ...ref,
        taskId,
        host: agent.host,
        agentId: agent.agentId,
        state: 'TASK_RUNNING',
        message: '',
        timestampMs: VERSION_MS,
        hostPorts: [31_000 + number],
        ipAddresses: [{ ipAddress: '10.0.0.7', protocol: 'IPv4' }],
        condition: 'Running',
        conditionChanged: true,
      },
    },
  ];
}
