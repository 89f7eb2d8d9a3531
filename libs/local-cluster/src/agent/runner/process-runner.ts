import { errorText } from '../../supervisor/exec-error.js';
import { endOf, readContainerHistory, type ContainerHistory } from '../../supervisor/container-journal.js';
import { isSameProcess } from '../../supervisor/process-table.js';
import { SessionSweeper, signalProcess } from '../../supervisor/process-tree.js';
import type { ContainerSpec, ContainerUsage, NumberedEvent } from '../../supervisor/protocol.js';
import { SandboxProcesses } from './process-search.js';
import type {
  ContainerHandle,
  ContainerListener,
  LossCause,
  RecoverableContainer,
  RecoveredContainer,
  Runner,
} from './runner.js';
import { SupervisorPool, type Supervisor, type SupervisorPoolOptions } from './supervisor-pool.js';

/** A container of which the agent wants to hear. */
interface Attachment {
  readonly containerId: string;
  readonly directory: string;
  readonly stateDirectory: string;
  readonly listener: ContainerListener;
  /** Number of the last event passed to the listener. */
  lastSeq: number;
  /** Wishes that came before the supervisor was there. */
  killGraceMs: number | undefined;
  isDestroyed: boolean;
}

/** Runs containers as plain processes under detached supervisors (spec/local-cluster.md §2.2, §12). */
export class ProcessRunner implements Runner {
  private readonly pool: SupervisorPool;
  private readonly attachments = new Map<string, Attachment>();
  /** Replayed notifications of containers that are not yet recovered. */
  private readonly parked = new Map<string, NumberedEvent[]>();
  private isRecovering = true;
  private readonly sandboxProcesses = new SandboxProcesses();
  private readonly sweeper = new SessionSweeper(() => performance.now());

  constructor(private readonly options: SupervisorPoolOptions) {
    this.pool = new SupervisorPool(options, {
      notification: (containerId, event) => this.notified(containerId, event),
      lost: (containerIds) => void this.lost(containerIds),
    });
  }

  start(): Promise<void> {
    return this.pool.recover();
  }

  launch(spec: ContainerSpec, listener: ContainerListener): ContainerHandle {
    const attachment = this.attach({ ...spec, lastSeq: 0 }, listener);
    void this.handOver(spec, attachment);
    return this.handleOf(attachment);
  }

  async recover(
    container: RecoverableContainer,
    listener: ContainerListener,
  ): Promise<RecoveredContainer | undefined> {
    const history = await readContainerHistory(container.stateDirectory);
    const holder = this.pool.holderOf(container.containerId);
    if (holder === undefined && history.record === undefined && history.events.length === 0) {
      // A supervisor that was killed may have started the process and not have noted it yet.
      this.endMembers(container.directory);
      return undefined;
    }
    const attachment = this.attach(container, listener);
    const handle = this.handleOf(attachment);
    // Delivered in a later turn: the caller has its handle and the history by then.
    setImmediate(() => {
      if (holder === undefined) this.conclude(attachment, history, 'recovery');
      else this.unpark(attachment, history);
    });
    return { handle, events: history.events, gpus: history.record?.spec.gpus ?? [] };
  }

  destroyUnclaimed(): void {
    for (const containerId of this.pool.containerIds()) {
      if (this.attachments.has(containerId)) continue;
      this.options.logger.warn({ containerId }, 'ending a container that no task belongs to');
      this.pool.holderOf(containerId)?.client.destroy(containerId);
    }
    this.isRecovering = false;
    for (const [containerId, events] of this.parked) {
      for (const event of events) this.notified(containerId, event);
    }
    this.parked.clear();
  }

  async usage(): Promise<readonly ContainerUsage[]> {
    const answers = await Promise.all(this.pool.all().map(({ client }) => client.usage()));
    return answers.flat();
  }

  async stop(): Promise<void> {
    this.attachments.clear();
    await this.pool.close();
  }

  private async handOver(spec: ContainerSpec, attachment: Attachment): Promise<void> {
    let supervisor: Supervisor;
    try {
      supervisor = await this.pool.reserve(spec.containerId);
    } catch (error) {
      this.attachments.delete(spec.containerId);
      attachment.listener({ type: 'failed', message: errorText(error) }, 1, () => undefined);
      return;
    }
    supervisor.client.launch(spec);
    this.passOn(attachment, supervisor);
  }

  private attach(container: RecoverableContainer, listener: ContainerListener): Attachment {
    const { containerId, directory, stateDirectory, lastSeq } = container;
    const attachment: Attachment = {
      containerId,
      directory,
      stateDirectory,
      listener,
      lastSeq,
      killGraceMs: undefined,
      isDestroyed: false,
    };
    this.attachments.set(containerId, attachment);
    return attachment;
  }

  private handleOf(attachment: Attachment): ContainerHandle {
    const { containerId } = attachment;
    return {
      kill: (graceMs) => {
        attachment.killGraceMs = Math.min(graceMs, attachment.killGraceMs ?? Infinity);
        this.pool.holderOf(containerId)?.client.kill(containerId, graceMs);
      },
      destroy: () => {
        attachment.isDestroyed = true;
        this.pool.holderOf(containerId)?.client.destroy(containerId);
      },
    };
  }

  /** The supervisor is there now: it hears what was asked for while it was not. */
  private passOn({ containerId, killGraceMs, isDestroyed }: Attachment, { client }: Supervisor): void {
    if (killGraceMs !== undefined) client.kill(containerId, killGraceMs);
    if (isDestroyed) client.destroy(containerId);
  }

  private notified(containerId: string, event: NumberedEvent): void {
    const attachment = this.attachments.get(containerId);
    if (attachment !== undefined) {
      this.deliver(attachment, event, () => this.handled(containerId, event));
    } else if (this.isRecovering) {
      this.parked.set(containerId, [...(this.parked.get(containerId) ?? []), event]);
    } else {
      this.handled(containerId, event);
    }
  }

  private deliver(attachment: Attachment, { seq, event }: NumberedEvent, handled: () => void): void {
    if (seq <= attachment.lastSeq) {
      handled();
      return;
    }
    attachment.lastSeq = seq;
    attachment.listener(event, seq, handled);
  }

  /** The supervisor need not repeat the event; after the last one neither side need remember the container. */
  private handled(containerId: string, { seq, event }: NumberedEvent): void {
    const holder = this.pool.holderOf(containerId);
    holder?.client.acknowledge(containerId, seq);
    if (event.type !== 'exited' && event.type !== 'failed') return;
    this.attachments.delete(containerId);
    holder?.containers.delete(containerId);
  }

  private unpark(attachment: Attachment, history: ContainerHistory): void {
    const parked = this.parked.get(attachment.containerId) ?? [];
    this.parked.delete(attachment.containerId);
    for (const event of [...history.events, ...parked]) this.notified(attachment.containerId, event);
  }

  private async lost(containerIds: readonly string[]): Promise<void> {
    for (const containerId of containerIds) {
      const attachment = this.attachments.get(containerId);
      if (attachment === undefined) continue;
      this.conclude(attachment, await readContainerHistory(attachment.stateDirectory), 'crash');
    }
  }

  /** No supervisor speaks for the container any more: its log does, and what still runs of it is killed. */
  private conclude(
    attachment: Attachment,
    { record, events }: ContainerHistory,
    occasion: 'recovery' | 'crash',
  ): void {
    const { containerId, directory } = attachment;
    this.attachments.delete(containerId);
    for (const event of events) this.deliver(attachment, event, () => undefined);
    const isThisBoot = record === undefined || record.bootId === this.options.bootId;
    const pid = isThisBoot ? record?.pid : undefined;
    const isRunning = pid !== undefined && isSameProcess(pid, record?.startTime);
    if (pid !== undefined) this.sweeper.add(pid, record?.startTime, 0);
    if (isThisBoot) this.endMembers(directory);
    if (endOf(events) !== undefined) return;
    const isSilent = this.pool.wasSilent(record?.supervisorPid);
    const cause: LossCause = isSilent
      ? 'supervisor_silent'
      : occasion === 'crash' || isRunning
        ? 'supervisor_died'
        : 'not_found';
    attachment.listener({ type: 'lost', cause }, attachment.lastSeq + 1, () => undefined);
  }

  private endMembers(directory: string): void {
    for (const member of this.sandboxProcesses.find(directory)) signalProcess(member, 'SIGKILL');
  }
}
