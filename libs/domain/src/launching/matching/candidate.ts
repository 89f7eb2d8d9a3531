import type { AppDefinition, Constraint } from '../../definitions/app/app-definition.js';
import { topLevelGroup } from '../../ids/path-id.js';
import { executorPathOf } from '../task-builder/command.js';
import { portRequestsOf, unassignedPortsOf } from '../task-builder/port-assignments.js';
import { TaskTemplate } from '../task-builder/task-template.js';
import { checkFor, holdsWithoutField, type ConstraintCheck } from './constraint-check.js';
import type { MatchingSettings } from './match-context.js';
import { avoidsGpuAgents, choosesFaultDomain } from './offer-policy.js';
import { SCALARS, type Demand } from './offer-resources.js';
import type { PortRequest } from './port-pool.js';
import { acceptedRoles } from './resource-selector.js';
import { toThousandths } from './thousandths.js';

interface PreparedConstraint {
  readonly field: string;
  readonly check: ConstraintCheck;
  readonly withoutField: boolean;
}

/**
 * What matching wants to know of a definition and the role it is launched in, apart from the offer: worked out once and
 * kept as long as the definition (`spec/scheduling.md` §3).
 */
export class Candidate {
  readonly roles: readonly string[];
  readonly taskDemand: Demand;
  /** Of a custom executor, on top of the task's. */
  readonly executorDemand: Demand | undefined;
  readonly totalDemand: Demand;
  readonly ports: readonly PortRequest[];
  /** Ports that are chosen for the task without taking them from the offer. */
  readonly unassignedPorts: number;
  readonly constraints: readonly PreparedConstraint[];
  readonly choosesFaultDomain: boolean;
  readonly avoidsGpuAgents: boolean;
  /** Every port that the app declares gets a host port. */
  readonly hasHostPortsOnly: boolean;
  /** The group whose `enforceRole` its tasks are told; the root for apps right below it. */
  readonly topLevelGroup: string;
  private taskTemplate: { readonly enforcesGroupRole: boolean; readonly template: TaskTemplate } | undefined;

  constructor(
    readonly app: AppDefinition,
    readonly role: string,
    private readonly settings: MatchingSettings,
  ) {
    this.roles = acceptedRoles(
      app.acceptedResourceRoles,
      role,
      settings.acceptedResourceRolesDefaultBehavior,
    );
    this.taskDemand = demandOf(app);
    this.executorDemand = executorDemandOf(app, settings.executor);
    this.totalDemand = sumOf(this.taskDemand, this.executorDemand);
    this.ports = portRequestsOf(app);
    this.unassignedPorts = unassignedPortsOf(app);
    this.hasHostPortsOnly = !this.ports.includes(undefined);
    this.topLevelGroup = topLevelGroup(app.id) ?? '/';
    this.constraints = app.constraints.map(prepare);
    this.choosesFaultDomain = choosesFaultDomain(app);
    this.avoidsGpuAgents = avoidsGpuAgents(app, settings.gpuSchedulingBehavior);
  }

  /** `enforcesGroupRole`: that of the app's top-level group, which the tasks are told. */
  template(enforcesGroupRole: boolean): TaskTemplate {
    if (this.taskTemplate?.enforcesGroupRole !== enforcesGroupRole) {
      const template = new TaskTemplate(this.app, this.settings, enforcesGroupRole);
      this.taskTemplate = { enforcesGroupRole, template };
    }
    return this.taskTemplate.template;
  }
}

/** The candidates of all definitions that wait, each prepared once. */
export class Candidates {
  private readonly byApp = new WeakMap<AppDefinition, Candidate>();

  constructor(private readonly settings: MatchingSettings) {}

  of(app: AppDefinition, role: string): Candidate {
    let candidate = this.byApp.get(app);
    if (candidate?.role !== role) {
      candidate = new Candidate(app, role, this.settings);
      this.byApp.set(app, candidate);
    }
    return candidate;
  }
}

function prepare(constraint: Constraint): PreparedConstraint {
  return {
    field: constraint[0],
    check: checkFor(constraint),
    withoutField: holdsWithoutField(constraint),
  };
}

function demandOf({ cpus, mem, disk, gpus }: AppDefinition): Demand {
  return {
    cpus: toThousandths(cpus),
    mem: toThousandths(mem),
    disk: toThousandths(disk),
    gpus: toThousandths(gpus),
  };
}

function executorDemandOf(app: AppDefinition, defaultExecutor: string): Demand | undefined {
  const { executorResources } = app;
  if (executorResources === undefined || executorPathOf(app, defaultExecutor) === undefined) return undefined;
  const { cpus, mem, disk } = executorResources;
  return { cpus: toThousandths(cpus), mem: toThousandths(mem), disk: toThousandths(disk), gpus: 0 };
}

function sumOf(task: Demand, executor: Demand | undefined): Demand {
  if (executor === undefined) return task;
  return Object.fromEntries(SCALARS.map((name) => [name, task[name] + executor[name]])) as Record<
    keyof Demand,
    number
  >;
}
