import { mkdir, open, readFile, rename, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { AgentInfo } from '../../link/messages.js';

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
  private readonly admittedAgents = new Map<string, AgentInfo>();
  private readonly unreachableAgents = new Map<string, number>();
  private waiting: string[] = [];
  private flushed: Promise<void> = Promise.resolve();
  private nextFlush: Promise<void> | undefined;

  private constructor(private readonly log: FileHandle) {}

  /**
   * Reads the registry of a work directory and opens it for appending. A torn last line, which a power cut can
   * leave, is dropped; any other damage is an error.
   */
  static async open(workDir: string): Promise<Registry> {
    await mkdir(workDir, { recursive: true });
    const [snapshotPath, logPath] = [join(workDir, 'registry.json'), join(workDir, 'registry.log')];
    const snapshot = JSON.parse(
      await readIfPresent(snapshotPath, '{"admitted":[],"unreachable":[]}'),
    ) as Snapshot;
    const text = await readIfPresent(logPath, '');
    const complete = text.slice(0, text.lastIndexOf('\n') + 1);
    const records = complete.split('\n').filter((line) => line !== '');
    const [admitted, unreachable] = foldRecords(snapshot, records);
    const log = await open(logPath, 'a');
    const registry = new Registry(log, admitted, unreachable);
    if (complete.length < text.length) await log.truncate(Buffer.byteLength(complete));
    if (records.length >= RECORDS_PER_SNAPSHOT) {
      // Records are idempotent, so a log that outlives its snapshot after a power cut does no harm.
      await replaceDurably(snapshotPath, JSON.stringify(registry.snapshot()));
      await log.truncate(0);
      await log.sync();
    }
    return registry;
  }

  get admitted(): ReadonlyMap<string, AgentInfo> {
    return this.admittedAgents;
  }

  /** Agent id → when it became unreachable. Unreachable agents are not admitted ones. */
  get unreachable(): ReadonlyMap<string, number> {
    return this.unreachableAgents;
  }

  /** Takes effect at once in memory; the promise ends when it is durable and fails when it cannot become so. */
  append(record: RegistryRecord): Promise<void> {
    this.apply(record);
    this.waiting.push(`${JSON.stringify(record)}\n`);
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
    const lines = this.waiting.join('');
    this.waiting = [];
    await this.log.appendFile(lines);
    await this.log.datasync();
  }

  private apply(record: RegistryRecord): void {
    switch (record.type) {
      case 'agent_admitted':
        this.unreachableAgents.delete(record.agent.id.value);
        this.admittedAgents.set(record.agent.id.value, record.agent);
        return;
      case 'agent_unreachable':
        this.admittedAgents.delete(record.agentId);
        this.unreachableAgents.set(record.agentId, record.atMs);
        return;
      case 'agent_removed':
        this.admittedAgents.delete(record.agentId);
        return;
      case 'agent_forgotten':
        this.unreachableAgents.delete(record.agentId);
        return;
      default:
        record satisfies never;
    }
  }

  private snapshot(): Snapshot {
    return { admitted: [...this.admittedAgents.values()], unreachable: [...this.unreachableAgents] };
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

async function replaceDurably(path: string, text: string): Promise<void> {
  const temporary = `${path}.new`;
  const file = await open(temporary, 'w');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  const directory = await open(dirname(path), 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
