import type { EventData } from '#domain';
import type { EventFile } from '#event-log';

/** Read at a time. */
const PAGE_EVENTS = 2_000;

/** What a stretch of the log says about the instances that were launched in it. */
export interface LaunchFacts {
  readonly events: number;
  /** Times of the first and of the last event, epoch ms. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** When the last instance began to run, epoch ms. */
  readonly lastRunningMs: number;
  /** Tasks that began to run. */
  readonly launched: number;
  /** The most tasks at any position that were launched and not known to have ended. */
  readonly peakTasks: number;
  /** The most and the fewest tasks running at any position; the fewest after the most were reached. */
  readonly peakRunning: number;
  readonly lowRunning: number;
  /** Task ids that were launched more than once: always a mistake. */
  readonly twice: number;
}

/** Counts along the log. */
class Tally {
  events = 0;
  firstMs = 0;
  lastMs = 0;
  lastRunningMs = 0;
  launched = 0;
  peakTasks = 0;
  peakRunning = 0;
  lowRunning = 0;
  twice = 0;
  private readonly tasks = new Map<string, boolean>();
  private readonly launchedEver = new Set<string>();
  private running: number;

  constructor(runningBefore: number) {
    this.running = runningBefore;
    this.lowRunning = runningBefore;
    this.peakRunning = runningBefore;
  }

  provisioned(instanceId: string, taskId: string): void {
    if (this.launchedEver.has(taskId)) this.twice += 1;
    this.launchedEver.add(taskId);
    this.tasks.set(instanceId, false);
    this.peakTasks = Math.max(this.peakTasks, this.tasks.size);
  }

  status({ instanceId, condition }: EventData['TaskStatusChanged'], timeMs: number): void {
    const wasRunning = this.tasks.get(instanceId);
    if (condition === 'Running') {
      if (wasRunning === true) return;
      this.tasks.set(instanceId, true);
      this.run(1);
      this.launched += 1;
      this.lastRunningMs = timeMs;
    } else if (ENDED.has(condition)) this.ended(instanceId);
    else if (condition.startsWith('Unreachable') && wasRunning !== false) {
      this.tasks.set(instanceId, false);
      this.run(-1);
    }
  }

  /** Tasks from before the stretch are not in the books, and run. */
  ended(instanceId: string): void {
    if (this.tasks.get(instanceId) !== false) this.run(-1);
    this.tasks.delete(instanceId);
  }

  private run(by: number): void {
    this.running += by;
    this.peakRunning = Math.max(this.peakRunning, this.running);
    this.lowRunning = Math.min(by > 0 ? this.lowRunning : this.running, this.lowRunning);
  }
}

const ENDED: ReadonlySet<string> = new Set(['Failed', 'Finished', 'Killed', 'Error', 'Dropped', 'Gone']);

/**
 * Reads what came after a position, up to the head. `runningBefore`: how many tasks ran at that position.
 */
export function launchFacts(file: EventFile, after: number, runningBefore = 0): LaunchFacts {
  const tally = new Tally(runningBefore);
  for (let from = after; ; from += PAGE_EVENTS) {
    const page = file.read(from, PAGE_EVENTS);
    for (const { type, data, time } of page) {
      tally.events += 1;
      if (tally.firstMs === 0) tally.firstMs = time;
      tally.lastMs = time;
      if (type === 'InstanceProvisioned') {
        const { instanceId, taskId } = data as EventData['InstanceProvisioned'];
        tally.provisioned(instanceId, taskId);
      } else if (type === 'TaskStatusChanged') tally.status(data as EventData['TaskStatusChanged'], time);
    }
    if (page.length < PAGE_EVENTS) return tally;
  }
}
