import { affectedApps, ancestorPaths, streamOf, type DomainEvent, type EventType } from '#domain';

/** Facts that change what is wanted, not what runs: `kind=change` of the history. */
const CHANGES: ReadonlySet<string> = new Set<EventType>([
  'AppCreated',
  'AppUpdated',
  'AppDeleted',
  'AppTerminated',
  'GroupCreated',
  'GroupUpdated',
  'GroupDeleted',
  'DeploymentStarted',
  'DeploymentStepStarted',
  'DeploymentSucceeded',
  'DeploymentFailed',
]);

/** Whether an event is about definitions, groups or deployments, and not about single instances. */
export const isChange = (event: { readonly type: string }): boolean => CHANGES.has(event.type);

/** What an event is about; ids of apps and groups are absolute. */
export interface Concerns {
  readonly apps: Iterable<string>;
  readonly groups: readonly string[];
  readonly instance?: string;
  readonly deployment?: string;
  /** Anything else that has a stream of its own, by its name: `webhook:<id>`. */
  readonly other?: string;
  /** `framework` or `cluster`, for what concerns all. */
  readonly whole?: string;
}

/**
 * What an event is about, by name: `app:/a/b`, every group at or above (`group:/a`, `group:/`), `instance:<id>`,
 * `deployment:<id>`, `webhook:<id>`, `framework`, `cluster`. An event of a deployment is about every app that its plan touches.
 */
export function subjectsOf(event: DomainEvent): string[] {
  const concerns = concernsOf(event);
  if (concerns === undefined) return [];
  const { apps, groups, instance, deployment, other, whole } = concerns;
  const subjects: string[] = [];
  const above = new Set<string>();
  for (const app of apps) {
    subjects.push(`app:${app}`);
    for (const group of ancestorPaths(app)) above.add(group);
  }
  for (const group of groups) for (const id of [...ancestorPaths(group), group]) above.add(id);
  for (const group of above) subjects.push(`group:${group}`);
  if (instance !== undefined) subjects.push(`instance:${instance}`);
  if (deployment !== undefined) subjects.push(`deployment:${deployment}`);
  if (other !== undefined) subjects.push(other);
  if (whole !== undefined) subjects.push(whole);
  return subjects;
}

/** The same, as ids by kind and without the groups above: what its stream names, and what its data say beyond. */
export function concernsOf(event: DomainEvent): Concerns | undefined {
  // A newer release may have written types that this one does not know.
  const stream = streamOf(event) as string | undefined;
  if (stream === undefined) return undefined;
  const colon = stream.indexOf(':');
  if (colon < 0) return { apps: [], groups: [], whole: stream };
  const [kind, id] = [stream.slice(0, colon), stream.slice(colon + 1)];
  const { type, data } = event;
  switch (kind) {
    case 'app':
      return { apps: [id], groups: [] };
    case 'group': {
      const plan = type === 'RootGroupChangeRefused' ? data.plan : undefined;
      return { apps: plan === undefined ? [] : affectedApps(plan), groups: [id] };
    }
    case 'instance': {
      const concerns = { apps: 'appId' in data ? [data.appId] : [], groups: [], instance: id };
      const deployment = type === 'InstanceScheduled' ? data.deploymentId : undefined;
      return deployment === undefined ? concerns : { ...concerns, deployment };
    }
    case 'deployment': {
      const groups = type === 'DeploymentStarted' ? (data.groups ?? []).map(({ groupId }) => groupId) : [];
      return { apps: 'plan' in data && data.plan ? affectedApps(data.plan) : [], groups, deployment: id };
    }
    default:
      return { apps: [], groups: [], other: stream };
  }
}
