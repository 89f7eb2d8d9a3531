import type { AppDefinition, Constraint } from '../../definitions/app/app-definition.js';
import type { Instance } from '../../instances/instance.js';
import { executorPathOf } from '../task-builder/command.js';
import { portRequestsOf } from '../task-builder/port-assignments.js';
import { TaskTemplate } from '../task-builder/task-template.js';
import { checkFor, holdsWithoutField, type ConstraintCheck, type PlacementView } from './constraint-check.js';
import type { MatchContext } from './match-context.js';
import { avoidsGpuAgents, choosesFaultDomain } from './offer-policy.js';
import { SCALARS, type Demand } from './offer-resources.js';
import type { Placements } from './placements.js';
import type { PortRequest } from './port-pool.js';
import { acceptedRoles } from './resource-selector.js';
import { toThousandths } from './thousandths.js';

/** What a group knows of its app besides the definition it launches. */
export interface AppPlacement {
  readonly targetInstances: number;
  readonly placements: Placements;
}

interface BoundConstraint {
  readonly field: string;
  readonly check: ConstraintCheck;
  readonly withoutField: boolean;
  readonly view: PlacementView;
}

/**
 * Waiting instances of one app with the same version and role. An offer suits all of them or none, so it is judged once
 * (`spec/scheduling.md` §3); everything that does not depend on the offer is prepared here, once per pass.
 */
export class CandidateGroup {
  readonly roles: readonly string[];
  readonly taskDemand: Demand;
  /** Of a custom executor, on top of the task's. */
  readonly executorDemand: Demand | undefined;
  readonly totalDemand: Demand;
  readonly ports: readonly PortRequest[];
  readonly constraints: readonly BoundConstraint[];
  readonly choosesFaultDomain: boolean;
  readonly avoidsGpuAgents: boolean;
  private readonly instances: Instance[] = [];
  private launched = 0;
  private taskTemplate: TaskTemplate | undefined;

  constructor(
    readonly app: AppDefinition,
    role: string,
    place: AppPlacement,
    private readonly context: MatchContext,
  ) {
    const { settings } = context;
    this.roles = acceptedRoles(
      app.acceptedResourceRoles,
      role,
      settings.acceptedResourceRolesDefaultBehavior,
    );
    this.taskDemand = demandOf(app);
    this.executorDemand = executorDemandOf(app, settings.executor);
    this.totalDemand = sumOf(this.taskDemand, this.executorDemand);
    this.ports = portRequestsOf(app);
    this.constraints = app.constraints.map((constraint) => bind(constraint, app, place));
    this.choosesFaultDomain = choosesFaultDomain(app);
    this.avoidsGpuAgents = avoidsGpuAgents(app, settings.gpuSchedulingBehavior);
  }

  get isEmpty(): boolean {
    return this.launched === this.instances.length;
  }

  /** The instance to launch next; there is one. */
  get head(): Instance {
    return this.instances[this.launched]!;
  }

  get template(): TaskTemplate {
    this.taskTemplate ??= new TaskTemplate(
      this.app,
      this.context.settings,
      this.context.enforcesGroupRole(this.app.id),
    );
    return this.taskTemplate;
  }

  add(instance: Instance): void {
    this.instances.push(instance);
  }

  /** The head got its place. */
  advance(): void {
    this.launched += 1;
  }
}

function bind(constraint: Constraint, app: AppDefinition, place: AppPlacement): BoundConstraint {
  const [field] = constraint;
  const notBefore = app.versionInfo.lastConfigChangeAt;
  return {
    field,
    check: checkFor(constraint),
    withoutField: holdsWithoutField(constraint),
    view: {
      targetInstances: place.targetInstances,
      placed: () => place.placements.countsOf(field, notBefore),
    },
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
