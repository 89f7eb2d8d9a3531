import type { Reply } from '../commands/command.js';
import { Scenario } from '../deciding/scenario.fixture.js';
import type { PlanStep } from '../deployments/plan.js';

type Json = Record<string, unknown>;

/** A scenario in which people work with groups. */
export class GroupScenario extends Scenario {
  post(json: Json, groupId = '/', force = false): Reply {
    return this.submit({ type: 'CreateGroup', groupId, json, force });
  }

  putGroup(groupId: string, json: Json, { force = false, dryRun = false } = {}): Reply {
    return this.submit({ type: 'PutGroup', groupId, json, force, dryRun });
  }

  patchGroup(groupId: string, json: Json): Reply {
    return this.submit({ type: 'PatchGroup', groupId, json });
  }

  deleteGroup(groupId: string, force = false): Reply {
    return this.submit({ type: 'DeleteGroup', groupId, force });
  }

  /** Everything wanted comes to run, and everything unwanted ends. */
  settleAll(): void {
    for (let round = 0; round < 100 && this.state.deployments.size > 0; round++) {
      this.launchAll();
      this.killAll();
    }
  }

  /** Apps with their instances and groups with their dependencies: the tree in short. */
  tree(): Record<string, unknown> {
    const apps = [...this.state.apps.values()].map(({ id, instances }) => [id, instances] as const);
    const groups = [...this.state.groups.values()].map(({ id, dependencies }) => [id, dependencies] as const);
    return Object.fromEntries([...groups, ...apps].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }
}

/** An app of a group body that starts nothing. */
export const idle = (id: string, extra: Json = {}): Json => ({
  id,
  cmd: 'sleep 1000',
  instances: 0,
  portDefinitions: [],
  ...extra,
});

/** A plan in short: `Start /a, Scale /b` per step. */
export const steps = (plan: { readonly steps: readonly PlanStep[] }): string[] =>
  plan.steps.map(({ actions }) =>
    actions.map(({ action, app }) => `${action.replace('Application', '')} ${app}`).join(', '),
  );

/** A refusal of phases C to R. */
export const invalid = (...details: readonly (readonly [path: string, ...errors: string[]])[]) => ({
  kind: 'refused',
  code: 'Invalid',
  message: 'Object is not valid',
  details: details.map(([path, ...errors]) => ({ path, errors })),
});
