import type { Logger } from '../../runtime/logger.js';
import { TERMINAL_TASK_STATES } from '#mesos';
import type { CheckpointedRun } from '../checkpoints.js';
import type { AgentLayout } from '../layout.js';
import { engineNameOf } from '../runner/docker/docker-engine.js';
import { needsEngine } from '../runner/docker/engine-task.js';
import type { GpuDevices } from '../gpu-devices.js';
import type { Runner } from '../runner/runner.js';
import { TaskRun, type Runs } from '../runs.js';
import type { TaskReporter } from '../task-reporter.js';
import type { StatusUpdateManager } from '../updates/status-update-manager.js';
import { updateLogOf } from '../updates/update-log.js';

/** What recovering needs. */
export interface RecoveryDependencies {
  readonly layout: AgentLayout;
  readonly runs: Runs;
  readonly runner: Runner;
  readonly gpus: GpuDevices;
  readonly updates: StatusUpdateManager;
  readonly reporter: TaskReporter;
  readonly logger: Logger;
  /** Takes a run that is over and acknowledged out of the books. */
  readonly complete: (run: TaskRun) => void;
}

/** Takes up all runs of an earlier agent, and ends the containers nobody knows any more (§20.2). */
export async function recoverRuns(
  checkpointed: readonly CheckpointedRun[],
  dependencies: RecoveryDependencies,
): Promise<void> {
  await dependencies.runner.start();
  for (const run of checkpointed) await recoverRun(run, dependencies);
  dependencies.runner.destroyUnclaimed();
}

async function recoverRun(
  { id, framework: info, task, updates: records }: CheckpointedRun,
  { layout, runs, runner, gpus, updates, reporter, logger, complete }: RecoveryDependencies,
): Promise<void> {
  const framework = runs.noteFramework(info);
  const run = new TaskRun(framework, task, id, layout.sandbox(id));
  framework.runs.set(id.executorId, run);
  const stateDirectory = layout.runMeta(id);
  const engineName = needsEngine(task) ? engineNameOf(id.containerId) : undefined;
  const container = { containerId: id.containerId, directory: run.directory, stateDirectory, engineName };
  if (info.checkpoint !== true) {
    // The master reported it lost when the agent went away: its container ends without a word.
    const found = await runner.recover({ ...container, lastSeq: 0 }, (_event, _seq, handled) => handled());
    found?.handle.destroy();
    run.phase = 'ended';
    complete(run);
    return;
  }
  const log = updateLogOf(run, layout, logger);
  run.stream = updates.open({ frameworkId: framework.id, taskId: run.taskId }, log, records);
  for (const record of records) {
    if (record.type === 'UPDATE') run.remember(record.status);
  }
  if (TERMINAL_TASK_STATES.has(run.latestState)) {
    run.phase = 'ended';
    if (run.stream.isClosed) complete(run);
    return;
  }
  const lastSeq = Math.max(0, ...records.map((record) => (record.type === 'UPDATE' ? (record.seq ?? 0) : 0)));
  const found = await runner.recover({ ...container, lastSeq }, (event, seq, handled) =>
    reporter.report(run, event, { seq, handled }),
  );
  if (found === undefined) {
    await reporter.neverDelivered(run);
    return;
  }
  run.phase = 'delivered';
  run.handle = found.handle;
  gpus.restore(id.containerId, found.gpus);
  for (const { seq, event } of found.events) {
    if (seq <= lastSeq) reporter.recall(run, event);
  }
}
