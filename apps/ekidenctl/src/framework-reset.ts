import { userInfo } from 'node:os';
import { isShared } from '#ekiden';
import { forgetFramework, isTerminal, SchedulerRuntime, Turn, type State } from '#domain';
import type { EventLog } from '#event-log';
import { domainSettings, IdentitySource, recoverState } from '#scheduler';
import type { Command, CommandContext } from './command.js';
import { openLog } from './open-log.js';

/** So many tasks are given up per batch of the log. */
const TASKS_PER_BATCH = 500;

/** Gives up the framework of a cluster (`spec/operations.md` §17). */
export const frameworkReset: Command = {
  name: 'framework reset',
  summary: 'give up the Mesos framework and all its tasks; the next leader registers a new one',
  details: [
    'For a framework that the master has removed (exit code 110), or whose id is missing from the log (108).',
    'Every task counts as lost, and every app is launched anew by the next leader. Tasks that a cluster still',
    'runs for the former framework would run beside them: see to it that there are none.',
    'Stop all nodes before. With a SQLite log run it where the log lies; with a log on Kafka anywhere.',
  ],
  options: { yes: { description: 'Do it; without this the command only tells what it would do.' } },
  async run(context) {
    const log = await openLog(context);
    try {
      await log.checkWritable();
      return await reset(context, log);
    } finally {
      await log.close();
    }
  },
};

async function reset(context: CommandContext, log: EventLog): Promise<number> {
  const { configuration, logging, options, print } = context;
  const { state } = await recoverState(log, logging.logger('log'));
  const tasks = countOfTasks(state);
  if (state.frameworkId === undefined && tasks === 0) {
    print('The log knows neither a framework id nor a task: there is nothing to give up.');
    return 0;
  }
  const name = state.cluster?.frameworkName ?? configuration.frameworkName;
  print(`Framework   ${state.frameworkId ?? '(no id on the log)'} (${name})`);
  print(`Tasks       ${tasks} count as lost and are launched anew`);
  if (!options.has('yes')) {
    print('Nothing was changed. Add --yes to do it.');
    return 1;
  }
  if (isShared(configuration)) print('A node that still leads ends its term now.');
  const events = await giveUp(context, log);
  print(`The framework was given up (${events} events); the next leader registers a new one.`);
  return 0;
}

/** A term of its own: nobody else's append is taken between the look at the state and the last event. */
async function giveUp({ configuration, logging }: CommandContext, log: EventLog): Promise<number> {
  const epoch = await log.claimEpoch();
  const { state, lastEventMs } = await recoverState(log, logging.logger('log'));
  const identity = new IdentitySource();
  identity.notBefore(lastEventMs);
  const settings = domainSettings(configuration);
  const runtime = new SchedulerRuntime(settings, identity.nowMs());
  const actor = { kind: 'user', name: userInfo().username, via: 'ekidenctl' } as const;
  const environment = identity.turnEnvironment();
  const correlationId = environment.newEventId();
  let events = 0;
  for (let done = false; !done;) {
    const turn = new Turn(state, runtime, settings, identity.turnEnvironment());
    turn.attributeTo({ actor, correlationId, causationId: null });
    done = forgetFramework(turn, TASKS_PER_BATCH);
    await log.append(turn.events, epoch);
    events += turn.events.length;
  }
  return events;
}

function countOfTasks(state: State): number {
  let count = 0;
  for (const { task, condition } of state.instances.values()) {
    if (task !== undefined && !isTerminal(condition)) count += 1;
  }
  return count;
}
