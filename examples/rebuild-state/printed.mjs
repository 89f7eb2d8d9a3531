/** The state in the forms of the API ("From the state to what the API prints" in docs/domain-events.md). */

const LEFT_OUT_WHEN_EMPTY = [
  'args',
  'env',
  'constraints',
  'acceptedResourceRoles',
  'fetch',
  'healthChecks',
  'readinessChecks',
  'dependencies',
  'secrets',
];

const ENDED = new Set(['Finished', 'Killed', 'Error', 'Failed', 'Gone', 'Dropped', 'Unknown']);
const ACTIVE = new Set(['Provisioned', 'Staging', 'Starting', 'Running', 'Killing', 'Unreachable']);

const TASK_STATES = {
  Scheduled: 'TASK_STAGING',
  Provisioned: 'TASK_STAGING',
  UnreachableInactive: 'TASK_UNREACHABLE',
};

/** As `GET /v2/apps?embed=apps.tasks&embed=apps.lastTaskFailure` prints it. */
export function printApps(state) {
  const instances = instancesByApp(state);
  return sorted(state.apps.values()).map((app) => {
    const ofApp = instances.get(app.id) ?? [];
    return {
      ...printDefinition(app),
      ...printCounts(ofApp),
      deployments: [...state.deployments.values()]
        .filter(({ affectedApps }) => affectedApps.has(app.id))
        .map(({ plan }) => ({ id: plan.id })),
      tasks: ofApp.filter((instance) => instance.task !== undefined && !waits(instance)).map(printTask),
      lastTaskFailure: state.failures.get(app.id),
    };
  });
}

/** As `GET /v2/groups` prints it. */
export function printGroups(state, groupId = '/') {
  const { dependencies, enforceRole } = state.groups.get(groupId);
  const isIn = ({ id }) => id !== '/' && parentOf(id) === groupId;
  return {
    id: groupId,
    version: state.treeVersion,
    apps: sorted([...state.apps.values()].filter(isIn)).map(printDefinition),
    pods: [],
    groups: sorted([...state.groups.values()].filter(isIn)).map(({ id }) => printGroups(state, id)),
    dependencies,
    enforceRole,
  };
}

/** As `GET /v2/deployments` prints it, without the results of readiness checks. */
export function printDeployments(state) {
  return [...state.deployments.values()].map(({ plan, affectedApps, currentStep }) => ({
    id: plan.id,
    version: plan.version,
    affectedApps: [...affectedApps],
    affectedPods: [],
    steps: plan.steps,
    currentActions: plan.steps[currentStep - 1]?.actions ?? [],
    currentStep,
    totalSteps: plan.steps.length,
  }));
}

function printDefinition(app) {
  const printed = { ...app };
  for (const key of LEFT_OUT_WHEN_EMPTY) {
    if (app[key] !== undefined && Object.keys(app[key]).length === 0) delete printed[key];
  }
  if (app.container?.volumes?.some((volume) => 'persistent' in volume)) {
    printed.residency = { relaunchEscalationTimeoutSeconds: 3600, taskLostBehavior: 'WAIT_FOREVER' };
  }
  return printed;
}

function printCounts(instances) {
  const running = instances.filter(({ condition }) => condition === 'Running');
  const checked = running.filter(({ health }) => results(health).length > 0);
  const healthy = checked.filter(({ health }) => results(health).every(({ alive }) => alive));
  return {
    tasksStaged: instances.filter(({ condition }) => condition === 'Provisioned' || condition === 'Staging')
      .length,
    tasksRunning: running.length,
    tasksHealthy: healthy.length,
    tasksUnhealthy: checked.length - healthy.length,
  };
}

function printTask({ id: instanceId, appId, version, role, condition, agent, task, health }) {
  const isActive = ACTIVE.has(condition);
  return {
    id: task.id,
    appId,
    host: agent.host,
    slaveId: agent.agentId,
    state: TASK_STATES[condition] ?? `TASK_${condition.toUpperCase()}`,
    ...(isActive ? { stagedAt: task.stagedAt, startedAt: task.startedAt, version } : {}),
    ports: isActive ? task.hostPorts : [],
    ipAddresses: task.ipAddresses,
    healthCheckResults: results(health).map((result) => ({ ...result, instanceId })),
    checkResult: printCheck(task.checkStatus),
    localVolumes: [],
    region: agent.region,
    zone: agent.zone,
    role,
    servicePorts: [],
  };
}

function printCheck(status) {
  if (status?.http?.status_code !== undefined) return { http: { statusCode: status.http.status_code } };
  if (status?.tcp?.succeeded !== undefined) return { tcp: { succeeded: status.tcp.succeeded } };
  if (status?.command?.exit_code !== undefined) return { command: { exitCode: status.command.exit_code } };
  return undefined;
}

const waits = ({ goal, condition }) =>
  goal === 'Running' && (condition === 'Scheduled' || ENDED.has(condition));

const results = (health) => health.filter((result) => result !== undefined);

const parentOf = (id) => id.slice(0, id.lastIndexOf('/')) || '/';

const sorted = (things) => [...things].toSorted((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));

function instancesByApp(state) {
  const found = new Map();
  for (const instance of state.instances.values()) {
    if (!found.has(instance.appId)) found.set(instance.appId, []);
    found.get(instance.appId).push(instance);
  }
  return found;
}
