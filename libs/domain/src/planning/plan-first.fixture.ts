import { expect } from 'vitest';
import type { ApiCommand, Reply } from '../commands/command.js';
import { decideApiCommand } from '../deciding/decide.js';
import { SchedulerRuntime } from '../deciding/runtime.js';
import type { Scenario } from '../deciding/scenario.fixture.js';
import { Turn } from '../deciding/turn.js';
import { evolve } from '../state/evolve.js';
import { captureSnapshot, restoreSnapshot } from '../state/snapshot.js';
import type { State } from '../state/state.js';
import { factsBehind } from './footprint.js';
import { outlookOf, type Outlook } from './outlook.js';
import { placementsOf, type AppPlacements } from './placements.js';
import { Rehearsal } from './rehearsal.js';
import { trialEnvironment, tryCommand, type Trial } from './trial.js';

const textOf = (state: State): string => [...captureSnapshot(state)].join('');

/** The state without the number of events that led there: a trial may state a fact twice. */
function contentOf(state: State): string {
  state.position = 0;
  return textOf(state);
}

export interface PlanOfTest {
  readonly trial: Trial;
  readonly outlook: Outlook;
  readonly placements: readonly AppPlacements[];
}

/** Plans a command as the scheduler does; where turns have no time, in the smallest slices. */
export function plan(scenario: Scenario, command: ApiCommand): PlanOfTest {
  const { state, settings, nowMs, runtime } = scenario;
  const trial = tryCommand(command, { state, settings, nowMs });
  const outlook = outlookOf(state, trial);
  const agents = runtime.agents.list();
  const { localRegion } = runtime;
  const isTimeUp = (): boolean => scenario.hurried;
  const rehearsal = Rehearsal.of(trial, { state, settings, agents, nowMs, localRegion, isTimeUp });
  expect(factsBehind(state, trial)).toEqual(factsBehind(state, trial));
  for (const _ of rehearsal?.run() ?? []);
  const placements = placementsOf(outlook, { rehearsal, isComplete: true, agents: agents.length });
  return { trial, outlook, placements };
}

/** Before every command it is planned: that must neither change anything nor say anything else than what comes then. */
export function planFirst(scenario: Scenario): void {
  const submit = scenario.submit.bind(scenario);
  scenario.submit = (command: ApiCommand): Reply => {
    const before = textOf(scenario.state);
    const { trial, outlook } = plan(scenario, command);
    expect(textOf(scenario.state)).toBe(before);
    expectSameDecision(scenario, trial, before);
    const reply = submit(command);
    expect(reply.kind).toBe(trial.reply.kind);
    if (reply.kind === 'accepted') expect(outlook.steps).toEqual(reply.plan.steps);
    return reply;
  };
}

/** The form that a POST prints is looked up among what was just stored: a plan has no use for it. */
const comparable = (reply: Reply): unknown => JSON.parse(JSON.stringify({ ...reply, submitted: undefined }));

/** Deciding for real, on a copy of the state, gives the same reply and leads to the same state. */
function expectSameDecision({ settings, nowMs }: Scenario, trial: Trial, before: string): void {
  const real = restoreSnapshot([before]);
  const turn = new Turn(real, new SchedulerRuntime(settings, nowMs), settings, trialEnvironment(nowMs));
  const reply = decideApiCommand(turn, trial.command);
  expect(comparable(trial.reply)).toEqual(comparable(reply));
  expect(trial.effects).toEqual(turn.effects);
  const folded = restoreSnapshot([before]);
  for (const fact of trial.facts) evolve(folded, { ...fact, position: 0, time: nowMs });
  expect(contentOf(folded)).toBe(contentOf(real));
}
