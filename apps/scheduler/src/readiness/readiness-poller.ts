import { awaitingReadiness, namedEndpoint, type Instance, type SchedulerCommand, type State } from '#domain';
import { StateFollower } from '../following/state-follower.js';
import type { AskReadiness } from './ask-readiness.js';

export interface ReadinessPollerPorts {
  /** Who is to be asked follows from it. */
  readonly state: () => State;
  readonly tell: (command: SchedulerCommand) => void;
  readonly ask: AskReadiness;
}

/** One task that is asked. */
interface Poll {
  readonly taskId: string;
  instance: Instance;
  timer: NodeJS.Timeout | undefined;
  stopped: boolean;
}

/**
 * Asks the tasks that a deployment has started whether they are ready: at once, and again some time after each answer
 * until one says yes (`spec/scheduling.md` §6). Whom to ask follows from the state alone.
 */
export class ReadinessPoller {
  private readonly polls = new Map<string, Poll>();
  private readonly follower: StateFollower;

  constructor(private readonly ports: ReadinessPollerPorts) {
    this.follower = new StateFollower(ports.state, (state) => this.follow(state));
  }

  /** Tasks being asked, or waiting for the next time. */
  get active(): number {
    return this.polls.size;
  }

  start(): void {
    this.follower.start();
  }

  /** Answers under way are dropped. */
  stop(): void {
    this.follower.stop();
    for (const poll of this.polls.values()) end(poll);
    this.polls.clear();
  }

  private follow(state: State): void {
    const wanted = new Set<string>();
    for (const instance of awaitingReadiness(state)) {
      const taskId = instance.task?.id;
      if (taskId === undefined) continue;
      wanted.add(taskId);
      const poll = this.polls.get(taskId);
      if (poll === undefined) this.begin(taskId, instance);
      else poll.instance = instance;
    }
    for (const [taskId, poll] of this.polls) {
      if (wanted.has(taskId)) continue;
      end(poll);
      this.polls.delete(taskId);
    }
  }

  private begin(taskId: string, instance: Instance): void {
    const poll: Poll = { taskId, instance, timer: undefined, stopped: false };
    this.polls.set(taskId, poll);
    void this.ask(poll);
  }

  private async ask(poll: Poll): Promise<void> {
    const { instance, taskId } = poll;
    const [check] = instance.app.readinessChecks;
    if (check === undefined) return;
    const response = await this.ports.ask(namedEndpoint(instance, check.portName), check);
    if (poll.stopped) return;
    this.ports.tell({ type: 'ReportReadiness', instanceId: instance.id, taskId, response });
    poll.timer = setTimeout(() => void this.ask(poll), check.intervalSeconds * 1000);
    poll.timer.unref();
  }
}

function end(poll: Poll): void {
  poll.stopped = true;
  clearTimeout(poll.timer);
}
