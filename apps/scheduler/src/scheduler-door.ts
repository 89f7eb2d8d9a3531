import type {
  FailedProbe,
  PlanChange,
  PlannedChange,
  AgentAddress,
  QueueItem,
  SchedulerStatus,
  Submission,
  SubmitCommand,
} from '#domain';

/** What the buses reach of a scheduler; also the injection token. */
export abstract class SchedulerDoor {
  abstract submit(command: SubmitCommand): Promise<Submission>;
  /** What a command would come to; undefined while nothing is decided here. */
  abstract plan(question: PlanChange): Promise<PlannedChange | undefined>;
  abstract queue(): QueueItem[];
  abstract status(): SchedulerStatus;
  /** Where an agent is reached; nothing when the master does not know it, or there is none. */
  abstract locateAgent(agentId: string): Promise<AgentAddress | undefined>;
  /** Hands failed probes that change nothing on the log to `listener`, or to nobody. */
  abstract tellFailedProbes(listener: ((failure: FailedProbe) => void) | undefined): void;
}

/** What a node without a scheduler has in its place: it decides nothing, and says so. */
export class NoScheduler implements SchedulerDoor {
  submit(): Promise<Submission> {
    const reason = 'this node serves reads only, and forwards writes to the one that leads';
    return Promise.resolve({ reply: { kind: 'refused', code: 'LogUnavailable', reason }, position: 0 });
  }

  plan(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  queue(): QueueItem[] {
    return [];
  }

  status(): SchedulerStatus {
    return { connected: false, mesosLeaderUiUrl: null, ready: false };
  }

  locateAgent(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  tellFailedProbes(): void {
    // There are none.
  }
}
