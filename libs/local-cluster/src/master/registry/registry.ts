import { mkdir, open, readFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { AgentInfo } from '../../link/messages.js';
import { replaceDurably } from '../../runtime/durable-file.js';

/** One change of the registry, as its log holds it. */
export type RegistryRecord =
  | {
      readonly type: 'agent_admitted';
      readonly agent: AgentInfo & { readonly id: { readonly value: string } };
    }
  | { readonly type: 'agent_unreachable'; readonly agentId: string; readonly atMs: number }
  | { readonly type: 'agent_removed'; readonly agentId: string }
  | { readonly type: 'agent_forgotten'; readonly agentId: string };

interface Snapshot {
  readonly admitted: readonly AgentInfo[];
  readonly unreachable: readonly (readonly [agentId: string, atMs: number])[];
}

/** Log records after which a start writes a new snapshot. */
const RECORDS_PER_SNAPSHOT = 1000;

/**
 * What a master must not forget (spec/local-cluster.md §4.4): which agents it admitted and which of them are
 * unreachable. `registry.json` is a snapshot, `registry.log` the changes since; several changes of one turn share a
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

/** The registry's contents: a fold of its records. */
class KnownAgents {
  readonly admitted: Map<string, AgentInfo>;
  readonly unreachable: Map<string, number>;

  constructor(snapshot: Snapshot) {
    this.admitted = new Map(snapshot.admitted.map((agent) => [agent.id!.value, agent]));
    this.unreachable = new Map(snapshot.unreachable);
  }

  apply(record: RegistryRecord): void {
    switch (record.type) {
      case 'agent_admitted':
        this.unreachable.delete(record.agent.id.value);
        this.admitted.set(record.agent.id.value, record.agent);
        return;
      case 'agent_unreachable':
        this.admitted.delete(record.agentId);
        this.unreachable.set(record.agentId, record.atMs);
        return;
      case 'agent_removed':
        this.admitted.delete(record.agentId);
        return;
      case 'agent_forgotten':
        this.unreachable.delete(record.agentId);
        return;
      default:
        record satisfies never;
    }
  }

  snapshot(): Snapshot {
    return { admitted: [...this.admitted.values()], unreachable: [...this.unreachable] };
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
