import { nextIncarnation, taskIdOf } from '../../ids/instance-id.js';
import type { TaskLaunch } from '../task-builder/task-template.js';
import type { Candidate } from './candidate.js';
import type { PlacementView } from './constraint-check.js';
import { INSUFFICIENT_PORTS, judgeOffer } from './judge-offer.js';
import type { Launch, MatchContext, WaitingRunSpec, WaitingVersion } from './match-context.js';
import { NO_REASON, type ReasonSet } from './no-match-reason.js';
import type { OpenOffer } from './open-offer.js';
import { ValueCounts } from './value-counts.js';

/**
 * At most one launch of an app on what is left of the offer; the statistics learn of either outcome. `held`: back-offs hold
 * all that wait, so nobody looked at the offer.
 */
export function launchOn(
  { appId, role, groups }: WaitingRunSpec,
  open: OpenOffer,
  context: MatchContext,
): Launch | 'held' | 'no match' {
  const { statistics, nowMs } = context;
  let reasons = NO_REASON;
  let held = true;
  for (const group of groups) {
    if (!context.mayLaunch(group.app)) continue;
    held = false;
    const candidate = (group.candidate ??= context.candidates.of(group.app, role));
    const outcome = launchFrom(group, candidate, { open, context });
    if (typeof outcome !== 'number') {
      statistics.recordUsed(appId, nowMs);
      return outcome;
    }
    reasons = outcome;
  }
  if (held) return 'held';
  statistics.recordUnused(appId, { snapshot: open.snapshot(), reasons, atMs: nowMs });
  return 'no match';
}

function launchFrom(
  group: WaitingVersion,
  candidate: Candidate,
  { open, context }: { open: OpenOffer; context: MatchContext },
): Launch | ReasonSet {
  const view = candidate.constraints.length === 0 ? NOTHING_PLACED : viewOf(group, context);
  const verdict = judgeOffer(candidate, open, view);
  if (!verdict.fits) return verdict.reasons;
  const { random } = context;
  const { resources, agent } = open;
  const ports = resources.takePorts(candidate.ports, candidate.roles, random);
  if (ports === undefined) return INSUFFICIENT_PORTS;
  const taken = resources.takeScalars(candidate.taskDemand, candidate.roles);
  for (const resource of ports.resources) taken.push(resource);
  const executorResources =
    candidate.executorDemand === undefined
      ? []
      : resources.takeScalars(candidate.executorDemand, candidate.roles);
  open.changed();

  const instance = group.head!;
  const incarnation = nextIncarnation(instance.task?.id);
  const taskId = taskIdOf(instance.id, incarnation);
  const { hostPorts } = ports;
  const task: TaskLaunch = {
    template: candidate.template(context.enforcesRole(candidate.topLevelGroup)),
    taskId,
    agentId: agent.agentId,
    host: agent.host,
    hostPorts,
    resources: taken,
    executorResources,
    draws: drawsOf(candidate, random),
  };
  const assigned = candidate.hasHostPortsOnly ? (hostPorts as readonly number[]) : hostPorts.filter(isPort);
  const launch = { instance, incarnation, agent, hostPorts: assigned, task };
  context.launch(launch);
  return launch;
}

/** What the constraints of a version compare with. */
function viewOf(group: WaitingVersion, context: MatchContext): PlacementView {
  const { id, versionInfo } = group.app;
  return {
    targetInstances: () => context.targetInstances(group),
    placed: (field) => context.placed(id, field, versionInfo.lastConfigChangeAt),
  };
}

/** For those without constraints, who never look. */
const NOTHING_PLACED: PlacementView = { targetInstances: () => 0, placed: () => new ValueCounts() };

const NONE: readonly number[] = [];

function drawsOf({ unassignedPorts }: Candidate, random: () => number): readonly number[] {
  return unassignedPorts === 0 ? NONE : Array.from({ length: unassignedPorts }, random);
}

const isPort = (port: number | undefined): port is number => port !== undefined;
