import { mkdir, open, readFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { AgentInfo } from '../../link/messages.js';
import { replaceDurably } from '../../runtime/durable-file.js';
import type { MachineId, MaintenanceWindow } from '../agents/machines.js';
import { KnownAgents, type AgentStanding, type RegistryRecord, type Snapshot } from './known-agents.js';

export type { AgentStanding, DrainState, RegistryRecord } from './known-agents.js';

/** Log records after which a start writes a new snapshot. */
const RECORDS_PER_SNAPSHOT = 1000;

/**
 * What a master must not forget (spec/local-cluster.md §4.4): which agents it admitted, which of them are
 * unreachable or gone, what operators want of them, and when machines are to be serviced. `registry.json` is a snapshot, `registry.log` the changes since; several changes of one turn share a
 * flush. Frameworks and tasks are not here: agents bring them back.
 */
export class Registry {
  private waiting: RegistryRecord[] = [];
  private flushed: Promise<void> = Promise.resolve();
  private nextFlush: Promise<void> | undefined;

  private constructor(
    private readonly log: FileHandle,
    private readonly agents: KnownAgents,
    private logBytes: number,
  ) {}

  /**
   * Reads the registry of a work directory and opens it for appending. A torn last line, which a power cut can
   * leave, is dropped.
   *
   * @throws Error on any other damage: a master must not forget agents silently.
   */
  static async open(workDir: string): Promise<Registry> {
    await mkdir(workDir, { recursive: true });
    const [snapshotPath, logPath] = [join(workDir, 'registry.json'), join(workDir, 'registry.log')];
    const agents = new KnownAgents(
      JSON.parse(await readIfPresent(snapshotPath, '{"admitted":[],"unreachable":[]}')) as Snapshot,
    );
    const text = await readIfPresent(logPath, '');
    const complete = text.slice(0, text.lastIndexOf('\n') + 1);
    const lines = complete.split('\n').filter((line) => line !== '');
    for (const line of lines) agents.apply(JSON.parse(line) as RegistryRecord);
    const log = await open(logPath, 'a');
    let logBytes = Buffer.byteLength(complete);
    if (lines.length >= RECORDS_PER_SNAPSHOT) {
      // Records are idempotent, so a log that outlives its snapshot after a power cut does no harm.
      await replaceDurably(snapshotPath, JSON.stringify(agents.snapshot()));
      logBytes = 0;
    }
    await log.truncate(logBytes);
    return new Registry(log, agents, logBytes);
  }

  get admitted(): ReadonlyMap<string, AgentInfo> {
    return this.agents.admitted;
  }

  /** Agent id → when it became unreachable. Unreachable agents are not admitted ones. */
  get unreachable(): ReadonlyMap<string, number> {
    return this.agents.unreachable;
  }

  /** Agent id → when it was marked gone: it never comes back under that id. */
  get gone(): ReadonlyMap<string, number> {
    return this.agents.gone;
  }

  /** Drained and deactivated agents. */
  get standings(): ReadonlyMap<string, AgentStanding> {
    return this.agents.standings;
  }

  get maintenance(): readonly MaintenanceWindow[] {
    return this.agents.maintenance;
  }

  /** Machines that are being serviced. */
  get downMachines(): readonly MachineId[] {
    return this.agents.downMachines;
  }

  /** Takes effect, and resolves, once the record is durable; rejects, without effect, when it cannot become so. */
  append(record: RegistryRecord): Promise<void> {
    this.waiting.push(record);
    this.nextFlush ??= this.flushed.then(() => this.flush());
    this.flushed = this.nextFlush.catch(() => undefined);
    return this.nextFlush;
  }

  async close(): Promise<void> {
    await this.flushed;
    await this.log.close();
  }

  private async flush(): Promise<void> {
    this.nextFlush = undefined;
    const records = this.waiting;
    this.waiting = [];
    const text = records.map((record) => `${JSON.stringify(record)}\n`).join('');
    try {
      await this.log.appendFile(text);
      await this.log.datasync();
    } catch (error) {
      // Half a line must not stay in front of what is appended once there is room again.
      await this.log.truncate(this.logBytes);
      throw error;
    }
    this.logBytes += Buffer.byteLength(text);
    for (const record of records) this.agents.apply(record);
  }
}

async function readIfPresent(path: string, otherwise: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return otherwise;
    throw error;
  }
}
