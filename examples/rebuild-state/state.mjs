/** The state of Ekiden as its events add up to it (docs/domain-events.md). Written from that page alone. */

const FAILURES = new Set([
  'TASK_FAILED',
  'TASK_ERROR',
  'TASK_LOST',
  'TASK_DROPPED',
  'TASK_GONE',
  'TASK_GONE_BY_OPERATOR',
  'TASK_UNKNOWN',
]);

/** The state before the first event. */
export function emptyState() {
  return {
    position: 0,
    apps: new Map(),
    /** Versions that each app ever had, by app id. */
    versions: new Map(),
    groups: new Map([['/', { id: '/', dependencies: [] }]]),
    treeVersion: '1970-01-01T00:00:00.000Z',
    deployments: new Map(),
    instances: new Map(),
    failures: new Map(),
  };
}

/** Adds one event, a CloudEvent of `/ekiden/v1/stream`. Types without an entry below change nothing that is kept here. */
export function apply(state, event) {
  state.position = event.position;
  const name = event.type.replace(/^io\.ekiden\./, '');
  if (Object.hasOwn(CHANGES, name)) CHANGES[name](state, event.data, event.time);
}

const CHANGES = {
  AppCreated: storeApp,
  AppUpdated: storeApp,
  AppDeleted(state, { appId }) {
    state.apps.delete(appId);
    state.versions.delete(appId);
    state.failures.delete(appId);
  },

  GroupCreated: storeGroup,
  GroupUpdated: storeGroup,
  GroupDeleted(state, { groupId }) {
    state.groups.delete(groupId);
  },

  DeploymentStarted(state, { plan }) {
    state.treeVersion = plan.version;
    const affectedApps = new Set(plan.steps.flatMap(({ actions }) => actions.map(({ app }) => app)));
    state.deployments.set(plan.id, { plan, affectedApps, currentStep: 0 });
  },
  DeploymentStepStarted(state, { plan, step }) {
    const deployment = state.deployments.get(plan.id);
    if (deployment !== undefined) deployment.currentStep = step;
  },
  DeploymentSucceeded: endDeployment,
  DeploymentFailed: endDeployment,

  InstanceScheduled(state, { instanceId, appId, version, role }) {
    if (state.versions.get(appId)?.has(version) !== true) return;
    const fresh = { goal: 'Running', condition: 'Scheduled', agent: undefined, task: undefined, health: [] };
    state.instances.set(instanceId, { id: instanceId, appId, version, role, ...fresh });
  },
  InstanceProvisioned(state, { instanceId, taskId, agent, hostPorts }, time) {
    const instance = state.instances.get(instanceId);
    if (instance === undefined) return;
    instance.condition = 'Provisioned';
    instance.agent = agent;
    instance.task = { id: taskId, stagedAt: time, hostPorts, ipAddresses: [] };
    instance.health = [];
  },
  TaskStatusChanged(state, data, time) {
    const instance = state.instances.get(data.instanceId);
    if (instance === undefined) return;
    const { task } = instance;
    if (task?.id === data.taskId) {
      instance.condition = data.condition;
      task.ipAddresses = data.ipAddresses;
      task.checkStatus = data.checkStatus;
      if (data.condition === 'Running') task.startedAt ??= time;
    }
    if (FAILURES.has(data.state)) recordFailure(state, data, { ...data, timestamp: time });
  },
  InstanceBecameInactive(state, { instanceId }) {
    const instance = state.instances.get(instanceId);
    if (instance === undefined) return;
    instance.condition = 'UnreachableInactive';
    instance.health = [];
  },
  InstanceGoalChanged(state, { instanceId, goal }) {
    const instance = state.instances.get(instanceId);
    if (instance !== undefined) instance.goal = goal;
  },
  InstanceKillRequested(state, data) {
    const { instanceId, unhealthy } = data;
    if (unhealthy === undefined || !state.instances.has(instanceId)) return;
    recordFailure(state, data, {
      ...unhealthy,
      state: 'TASK_KILLED',
      message: `Task was killed since health check failed. Reason: ${unhealthy.cause}`,
      timestamp: new Date(unhealthy.lastFailureMs).toISOString(),
    });
  },
  InstanceExpunged(state, { instanceId }) {
    state.instances.delete(instanceId);
  },

  HealthCheckPassed(state, data, time) {
    changeHealth(state, data, (before) => ({
      ...before,
      alive: true,
      consecutiveFailures: 0,
      firstSuccess: before.firstSuccess ?? time,
      lastSuccess: time,
    }));
  },
  HealthCheckFailed(state, data, time) {
    changeHealth(state, data, (before) => ({
      ...before,
      alive: false,
      consecutiveFailures: data.consecutiveFailures,
      lastFailure: time,
      lastFailureCause: data.cause,
    }));
  },
};

function storeApp(state, { app }) {
  state.apps.set(app.id, app);
  if (!state.versions.has(app.id)) state.versions.set(app.id, new Set());
  state.versions.get(app.id).add(app.version);
}

function storeGroup(state, { groupId, enforceRole, dependencies = [] }) {
  state.groups.set(groupId, { id: groupId, dependencies, enforceRole });
}

function endDeployment(state, { plan }) {
  state.deployments.delete(plan.id);
}

function changeHealth(state, { instanceId, taskId, check }, change) {
  const instance = state.instances.get(instanceId);
  if (instance?.task?.id === taskId) instance.health[check] = change(instance.health[check] ?? {});
}

function recordFailure(state, { appId, taskId, version }, failure) {
  if (!state.apps.has(appId)) return;
  const { host, message, state: taskState, timestamp, agentId } = failure;
  state.failures.set(appId, {
    appId,
    host: host ?? 'unknown',
    message,
    state: taskState,
    taskId,
    timestamp,
    version,
    slaveId: agentId ?? undefined,
  });
}
