import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, open, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from '../../runtime/logger.js';
import { readTextOrNothing } from '../../supervisor/container-journal.js';
import { isSameProcess } from '../../supervisor/process-table.js';
import { signalProcess } from '../../supervisor/process-tree.js';
import { programPath } from '../../supervisor/program.js';
import {
  supervisorGeneration,
  type NumberedEvent,
  type SupervisorRecord,
} from '../../supervisor/protocol.js';
import { SupervisorClient } from '../../supervisor/supervisor-client.js';

/** What a pool needs to know. */
export interface SupervisorPoolOptions {
  /** `<work_dir>/supervisors`. */
  readonly directory: string;
  /** Name of the agent in the supervisors' logs. */
  readonly agentId: string;
  readonly bootId: string;
  /** How long a supervisor goes on without an agent. */
  readonly recoveryTimeoutMs: number;
  /** How long a supervisor that runs may take to answer. */
  readonly reconnectTimeoutMs: number;
  /** Containers per supervisor process. */
  readonly capacity: number;
  readonly logger: Logger;
}

/** What the owner of the pool is told. */
export interface SupervisorPoolListener {
  notification(containerId: string, event: NumberedEvent): void;
  /** The supervisor of these containers is dead, or it does not answer and was killed. */
  lost(containerIds: readonly string[]): void;
}

/** One supervisor this agent is connected to. */
export interface Supervisor {
  readonly number: number;
  readonly record: SupervisorRecord;
  client: SupervisorClient;
  readonly containers: Set<string>;
}

/** A new supervisor has this long to open its socket. */
const startTimeoutMs = 15_000;
/** Pause between two looks whether it has. */
const startPollMs = 15;
/** Longest path a Unix socket may have on every system, with a margin. */
const longestSocketPath = 100;

/** The supervisor processes of one agent: finds those of a former agent, starts more when the others are full. */
export class SupervisorPool {
  private readonly supervisors = new Set<Supervisor>();
  private starting: Promise<Supervisor> | undefined;
  /** Pids of supervisors that ran but did not answer at recovery. */
  private readonly silent = new Set<number>();
  private lastNumber = 0;
  private isClosed = false;

  constructor(
    private readonly options: SupervisorPoolOptions,
    private readonly listener: SupervisorPoolListener,
  ) {}

  /** Connects to every supervisor of this machine's boot that still runs; kills those that do not answer. */
  async recover(): Promise<void> {
    const { directory } = this.options;
    await mkdir(directory, { recursive: true });
    const files = await readdir(directory);
    const numbers = files.map((name) => Number(/^(\d+)\./.exec(name)?.[1] ?? 0));
    this.lastNumber = Math.max(0, ...numbers);
    const records = files.filter((name) => /^\d+\.json$/.test(name));
    await Promise.all(records.map((name) => this.recoverOne(Number.parseInt(name, 10))));
  }

  /** The supervisor that holds a container. */
  holderOf(containerId: string): Supervisor | undefined {
    return [...this.supervisors].find(({ containers }) => containers.has(containerId));
  }

  /** All containers of all supervisors. */
  containerIds(): string[] {
    return [...this.supervisors].flatMap(({ containers }) => [...containers]);
  }

  /** Whether this supervisor ran but had to be given up because it did not answer. */
  wasSilent(pid: number | undefined): boolean {
    return pid !== undefined && this.silent.has(pid);
  }

  all(): readonly Supervisor[] {
    return [...this.supervisors];
  }

  /** Reserves a place for a container. Rejects when no supervisor can be started. */
  async reserve(containerId: string): Promise<Supervisor> {
    for (;;) {
      const free = [...this.supervisors].find(
        ({ containers, record }) =>
          (record.generation ?? 0) >= supervisorGeneration && containers.size < this.options.capacity,
      );
      if (free !== undefined) {
        free.containers.add(containerId);
        return free;
      }
      this.starting ??= this.start().finally(() => (this.starting = undefined));
      await this.starting;
    }
  }

  /** Closes all connections; supervisors without containers end, the others go on. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.starting?.catch((error: unknown) =>
      this.options.logger.warn({ error: String(error) }, 'a supervisor did not start before the stop'),
    );
    for (const { client } of this.supervisors) {
      client.stop();
      client.close();
    }
    this.supervisors.clear();
  }

  private async recoverOne(number: number): Promise<void> {
    const { bootId, logger } = this.options;
    const path = this.pathOf(number, 'json');
    const text = await readTextOrNothing(path);
    if (text === undefined) return;
    const record = JSON.parse(text) as SupervisorRecord;
    if (record.bootId === bootId && isSameProcess(record.pid, record.startTime)) {
      try {
        await this.connect(number, record);
        return;
      } catch (error) {
        logger.warn({ pid: record.pid, error: String(error) }, 'supervisor does not answer, killing it');
        // A process that is just ending refuses or breaks the connection, or is gone by now: it is not silent.
        const isRefusal = (error as NodeJS.ErrnoException).code !== undefined;
        if (!isRefusal && isSameProcess(record.pid, record.startTime)) this.silent.add(record.pid);
        signalProcess(record.pid, 'SIGKILL');
      }
    }
    await Promise.all([rm(path, { force: true }), rm(record.socket, { force: true })]);
  }

  private async connect(number: number, record: SupervisorRecord): Promise<Supervisor> {
    const containers = new Set<string>();
    const connection = await SupervisorClient.connect(
      record.socket,
      this.options,
      {
        notification: (containerId, event) => this.listener.notification(containerId, event),
        closed: () => void this.reconnect(supervisor),
      },
      this.options.reconnectTimeoutMs,
    );
    for (const containerId of connection.containers) containers.add(containerId);
    const supervisor: Supervisor = { number, record, client: connection.client, containers };
    this.supervisors.add(supervisor);
    connection.client.resume();
    return supervisor;
  }

  /** The connection broke: a supervisor that lives gets a second chance, the containers of a dead one are lost. */
  private async reconnect(supervisor: Supervisor): Promise<void> {
    this.supervisors.delete(supervisor);
    if (this.isClosed) return;
    await this.recoverOne(supervisor.number);
    const lost = [...supervisor.containers].filter((id) => this.holderOf(id) === undefined);
    this.options.logger.warn(
      { pid: supervisor.record.pid, lost: lost.length },
      'connection to supervisor broke',
    );
    this.listener.lost(lost);
  }

  private async start(): Promise<Supervisor> {
    this.lastNumber += 1;
    const number = this.lastNumber;
    const recordPath = this.pathOf(number, 'json');
    const log = await open(this.pathOf(number, 'log'), 'a', 0o644);
    let failure: string | undefined;
    try {
      const { bootId, recoveryTimeoutMs } = this.options;
      const args = [this.socketPath(number), recordPath, bootId, String(recoveryTimeoutMs)];
      const child = spawn(process.execPath, [programPath('supervisor/main'), ...args], {
        cwd: '/',
        env: { PATH: process.env['PATH'] ?? '' },
        // A session of its own: it survives whatever ends this process and its group.
        detached: true,
        stdio: ['ignore', log.fd, log.fd],
      });
      child.once('error', (error) => (failure = error.message));
      child.once('exit', (code, signal) => (failure = `ended with ${signal ?? `status ${code}`}`));
      child.unref();
      const record = await this.waitForRecord(recordPath, () => failure);
      return await this.connect(number, record);
    } finally {
      await log.close();
    }
  }

  private async waitForRecord(path: string, failure: () => string | undefined): Promise<SupervisorRecord> {
    for (let waitedMs = 0; waitedMs < startTimeoutMs; waitedMs += startPollMs) {
      const text = await readTextOrNothing(path);
      if (text !== undefined) return JSON.parse(text) as SupervisorRecord;
      const reason = failure();
      if (reason !== undefined)
        throw new Error(`the supervisor ${reason}; see ${path.replace(/json$/, 'log')}`);
      await new Promise((resolve) => setTimeout(resolve, startPollMs));
    }
    throw new Error('the supervisor did not come up in time');
  }

  private pathOf(number: number, extension: 'json' | 'log' | 'sock'): string {
    return join(this.options.directory, `${number}.${extension}`);
  }

  /** Unix sockets have short names; a deep work directory gets one in the temporary directory. */
  private socketPath(number: number): string {
    const path = this.pathOf(number, 'sock');
    if (Buffer.byteLength(path) <= longestSocketPath) return path;
    const digest = createHash('sha256').update(path).digest('hex').slice(0, 16);
    return join(tmpdir(), `ekiden-${digest}.sock`);
  }
}
