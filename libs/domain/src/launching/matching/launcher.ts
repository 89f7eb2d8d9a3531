import { nextIncarnation, taskIdOf } from '../../ids/instance-id.js';
import type { Instance } from '../../instances/instance.js';
import { CandidateGroup, type AppPlacement } from './candidate-group.js';
import { INSUFFICIENT_PORTS, judgeOffer } from './judge-offer.js';
import type { Launch, MatchContext, WaitingApp } from './match-context.js';
import { NO_REASON, type ReasonSet } from './no-match-reason.js';
import type { OpenOffer } from './open-offer.js';
import { Placements } from './placements.js';

/** The waiting instances of one app and role: what offers of that role are shown to. */
export class Launcher {
  private readonly groups: CandidateGroup[] = [];
  /** Place in its queue; kept by the queue. */
  place = 0;

  constructor(
    readonly appId: string,
    private readonly role: string,
    private readonly placement: AppPlacement,
    private readonly context: MatchContext,
  ) {}

  get hasCandidates(): boolean {
    return this.groups.length > 0;
  }

  add(instance: Instance): void {
    const { version } = instance.app;
    let group = this.groups.find((known) => known.app.version === version);
    if (group === undefined) {
      group = new CandidateGroup(instance.app, this.role, this.placement, this.context);
      this.groups.push(group);
    }
    group.add(instance);
  }

  /** At most one launch on what is left of the offer; the statistics learn of either outcome. */
  launchOn(open: OpenOffer): Launch | undefined {
    const { statistics, nowMs } = this.context;
    let reasons = NO_REASON;
    for (const group of this.groups) {
      const outcome = this.launchFrom(group, open);
      if (typeof outcome !== 'number') {
        statistics.recordUsed(this.appId, nowMs);
        return outcome;
      }
      reasons = outcome;
    }
    statistics.recordUnused(this.appId, { snapshot: open.snapshot(), reasons, atMs: nowMs });
    return undefined;
  }

  private launchFrom(group: CandidateGroup, open: OpenOffer): Launch | ReasonSet {
    const verdict = judgeOffer(group, open);
    if (!verdict.fits) return verdict.reasons;
    const { random } = this.context;
    const ports = open.resources.takePorts(group.ports, group.roles, random);
    if (ports === undefined) return INSUFFICIENT_PORTS;
    const taskScalars = open.resources.takeScalars(group.taskDemand, group.roles);
    const executorResources =
      group.executorDemand === undefined ? [] : open.resources.takeScalars(group.executorDemand, group.roles);
    open.changed();
    this.placement.placements.add(group.app.version, open.agent);

    const instance = group.head;
    group.advance();
    if (group.isEmpty) this.groups.splice(this.groups.indexOf(group), 1);
    const incarnation = nextIncarnation(instance.task?.id);
    const taskId = taskIdOf(instance.id, incarnation);
    const resources = [...taskScalars, ...ports.resources];
    const { agentId, host } = open.agent;
    const slot = { taskId, agentId, host, hostPorts: ports.hostPorts, resources, executorResources };
    return {
      instance,
      taskId,
      incarnation,
      agent: open.agent,
      hostPorts: ports.hostPorts.filter((port) => port !== undefined),
      resources: [...resources, ...executorResources],
      taskInfo: group.template.build(slot, random),
    };
  }
}

/** The launchers of an app, one per role that its waiting instances have. */
export function launchersOf(waiting: WaitingApp, context: MatchContext): Map<string, Launcher> {
  const { appId, targetInstances } = waiting;
  const placements = new Placements(() => context.placedInstances(appId));
  const launchers = new Map<string, Launcher>();
  for (const instance of waiting.candidates) {
    let launcher = launchers.get(instance.role);
    if (launcher === undefined) {
      launcher = new Launcher(appId, instance.role, { targetInstances, placements }, context);
      launchers.set(instance.role, launcher);
    }
    launcher.add(instance);
  }
  return launchers;
}
