import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { loadConfiguration, type ExitCode } from '#configuration';
import type { CandidateListener, Coordination, LeadershipLoss } from '#coordination';
import { createMemoryEventLog, type EventLog } from '#event-log';
import { createLogging } from '#observability';
import { Ekiden } from './ekiden.js';

/** An election among nodes of one process: the first who comes leads, then the next. */
export class SharedElection {
  private readonly candidates: Candidate[] = [];
  private readonly watchers = new Set<(leader: string | undefined) => void>();
  /** Nothing while nobody leads. */
  leader: string | undefined;
  /** Candidates are not told of the leader yet. */
  isHidden = false;

  join(hostPort: string): Candidate {
    return new Candidate(this, hostPort);
  }

  watch(watcher: (leader: string | undefined) => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  stand(candidate: Candidate): void {
    this.candidates.push(candidate);
    this.elect();
  }

  remove(candidate: Candidate): void {
    const index = this.candidates.indexOf(candidate);
    if (index >= 0) this.candidates.splice(index, 1);
    this.elect();
  }

  hasOthers(candidate: Candidate): boolean {
    return this.candidates.some((other) => other !== candidate);
  }

  isFirst(candidate: Candidate): boolean {
    return this.candidates[0] === candidate;
  }

  private elect(): void {
    const [first] = this.candidates;
    if (this.leader === first?.hostPort) return;
    this.leader = first?.hostPort;
    for (const watcher of this.watchers) watcher(this.leader);
    queueMicrotask(() => first?.listener?.onElected());
  }
}

/** One node's part in it, and what may happen to it. */
export class Candidate implements Coordination {
  listener: CandidateListener | undefined;
  /** Whether the lease is good, as far as the node can tell. */
  hasLease = true;
  private isClosed = false;

  constructor(
    private readonly election: SharedElection,
    readonly hostPort: string,
  ) {}

  get leader(): string | undefined {
    return this.election.isHidden ? undefined : this.election.leader;
  }

  start(listener?: CandidateListener): Promise<void> {
    this.listener = listener;
    if (listener !== undefined) this.election.stand(this);
    return Promise.resolve();
  }

  onLeaderChange(listener: (leader: string | undefined) => void): () => void {
    return this.election.watch(listener);
  }

  mayAct(): boolean {
    return this.hasLease && !this.isClosed && this.listener !== undefined && this.election.isFirst(this);
  }

  confirm(): Promise<boolean> {
    return Promise.resolve(this.mayAct());
  }

  othersStand(): boolean {
    return this.election.hasOthers(this);
  }

  suspend(): void {
    this.hasLease = false;
    this.listener?.onSuspended();
  }

  resume(): void {
    this.hasLease = true;
    this.listener?.onResumed();
  }

  /** The node is told that it lost the lead, and another one is elected. */
  lose(reason: LeadershipLoss['reason']): void {
    this.hasLease = false;
    this.listener?.onLost({ reason, message: `scripted: ${reason}` });
    this.election.remove(this);
  }

  withdraw(): Promise<void> {
    this.isClosed = true;
    this.election.remove(this);
    return Promise.resolve();
  }

  close(): Promise<void> {
    return this.withdraw();
  }
}

export interface Node {
  readonly ekiden: Ekiden;
  readonly url: string;
  readonly candidate: Candidate;
  /** Why the process should have ended; nothing while it goes on. */
  readonly end: () => { exitCode: ExitCode; message: string } | undefined;
}

const silent = new Writable({ write: (_chunk, _encoding, done) => done() });

/** Nodes over one log and one election, in one process. There is no Mesos. */
export class Nodes {
  readonly memory = createMemoryEventLog();
  readonly election = new SharedElection();
  private readonly started: Node[] = [];

  async start(...flags: readonly string[]): Promise<Node> {
    const log = flags.includes('--event_log') ? [] : ['--event_log', 'kafka://b1/ekiden'];
    const base = [...log, '--master', 'http://127.0.0.1:1', '--http_port', '0'];
    const dataDir = mkdtempSync(join(tmpdir(), 'ekiden-node-'));
    const loaded = loadConfiguration({ argv: [...base, '--data_dir', dataDir, ...flags], env: {} });
    if (!loaded.ok || !('configuration' in loaded)) throw new Error(JSON.stringify(loaded));
    let end: { exitCode: ExitCode; message: string } | undefined;
    let candidate: Candidate | undefined;
    const ekiden = await Ekiden.start({
      configuration: loaded.configuration,
      settings: loaded.settings,
      buildRevision: 'test',
      logging: createLogging({ level: 'error', destination: silent, isTerminal: false }),
      onFatal: (exitCode, message) => (end ??= { exitCode, message }),
      shared: {
        openLog: ({ eventLog }) =>
          Promise.resolve(
            'topic' in eventLog && eventLog.topic === 'ekiden' ? this.openLog() : createMemoryEventLog().log,
          ),
        coordinate: (_configuration, hostPort) => (candidate = this.election.join(hostPort)),
      },
    });
    if (candidate === undefined) throw new Error('the node has no part in the election');
    const node = { ekiden, url: ekiden.url, candidate, end: () => end };
    this.started.push(node);
    return node;
  }

  async stop(): Promise<void> {
    for (const node of this.started)
      if (node.end() === undefined) await node.ekiden.stop({ keepTasks: true });
    await this.memory.log.close();
  }

  /** The events of a type, with their positions. */
  async events(type: string): Promise<readonly { data: unknown; epoch: number }[]> {
    return (await this.memory.log.read(0, 100_000)).filter((event) => event.type === type);
  }

  /** Each node closes what it opened; the log itself lives as long as the test. */
  private openLog(): EventLog {
    const { log } = this.memory;
    const shared: Record<string, unknown> = { close: () => Promise.resolve() };
    for (const name of METHODS) shared[name] = log[name].bind(log);
    return shared as unknown as EventLog;
  }
}

/** What nodes use of the log. */
const METHODS = [
  'claimEpoch',
  'append',
  'read',
  'replay',
  'head',
  'subscribe',
  'saveSnapshot',
  'latestSnapshot',
  'checkWritable',
  'sizeBytes',
] as const satisfies readonly (keyof EventLog)[];

/** An answer of the API. */
export interface Answered {
  readonly status: number;
  readonly body: { message?: string };
  readonly headers: Headers;
}

export async function request(method: string, url: string, json?: unknown): Promise<Answered> {
  const response = await fetch(url, {
    method,
    ...(json === undefined
      ? {}
      : { body: JSON.stringify(json), headers: { 'Content-Type': 'application/json' } }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  return {
    status: response.status,
    body: isJson ? (JSON.parse(text) as Answered['body']) : {},
    headers: response.headers,
  };
}

export const createApp = (node: Node, id: string): Promise<Answered> =>
  request('POST', `${node.url}/v2/apps`, { id, cmd: 'sleep 9', instances: 1 });

export const readApp = (node: Node, id: string): Promise<Answered> =>
  request('GET', `${node.url}/v2/apps/${id}`);

export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
}
