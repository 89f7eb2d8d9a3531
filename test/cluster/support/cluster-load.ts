import { setTimeout as delay } from 'node:timers/promises';
import type { ApiAnswer, ApiClient, AppView, TaskView } from '../../support/api-client.js';
import type { EkidenNode } from '../../support/ekiden-cluster.js';
import { seededRandom } from '../../support/random.js';

/** Apps of the load; they cost nothing but their place in the tree. */
const idle = (id: string) => ({ id, cmd: 'sleep 100000', cpus: 0.001, mem: 1, disk: 0, instances: 0 });

/** What clients asked for and what they were told, while nodes came and went. */
export class ClusterLoad {
  /** Ids of apps whose creation was acknowledged. */
  readonly created: string[] = [];
  /** Versions of scalings that were acknowledged, by app. */
  readonly scaled = new Map<string, string[]>();
  /** Tasks whose kill was acknowledged. */
  readonly killed: string[] = [];
  /** Tasks that may or may not have been killed: the answer was an error, or there was none. */
  readonly maybeKilled: string[] = [];
  /** Answers to reads at nodes that nobody had killed, other than 200. */
  readonly failedReads: string[] = [];
  reads = 0;
  private readonly over = new AbortController();
  private readonly random = seededRandom('cluster-load');
  private readonly workers: Promise<void>[] = [];
  private count = 0;

  constructor(
    private readonly nodes: readonly EkidenNode[],
    /** App whose tasks are killed. */
    private readonly victimApp: string,
  ) {}

  /** Begins to create, scale, kill and read, at whichever node is up. */
  start(): void {
    for (let worker = 0; worker < 3; worker += 1) this.work(() => this.create());
    this.work(() => this.scale());
    this.work(() => this.kill());
    for (const node of this.nodes) this.work(() => this.read(node));
  }

  async stop(): Promise<void> {
    this.over.abort();
    await Promise.all(this.workers);
  }

  private work(once: () => Promise<void>): void {
    const loop = async (): Promise<void> => {
      while (!this.over.signal.aborted) {
        await once();
        await delay(10);
      }
    };
    this.workers.push(loop());
  }

  private anyNode(): ApiClient {
    return this.nodes[this.random.between(0, this.nodes.length - 1)]!.api;
  }

  private async create(): Promise<void> {
    const id = `/load/app-${(this.count += 1)}`;
    const answer = await attempt(() => this.anyNode().post('/v2/apps', idle(id)));
    if (answer?.status === 201) this.created.push(id);
  }

  private async scale(): Promise<void> {
    const id = this.created[this.random.between(0, Math.max(0, this.created.length - 1))];
    if (id === undefined) return;
    const body = { labels: { round: String((this.count += 1)) } };
    const answer = await attempt(() =>
      this.anyNode().put<{ version: string }>(`/v2/apps${id}?force=true`, body),
    );
    if (answer?.status !== 200) return;
    this.scaled.set(id, [...(this.scaled.get(id) ?? []), answer.body.version]);
  }

  private async kill(): Promise<void> {
    await delay(200);
    const api = this.anyNode();
    const found = await attempt(() => api.get<{ tasks: TaskView[] }>(`/v2/apps${this.victimApp}/tasks`));
    const task = found?.body.tasks?.find(
      ({ id, state }) => state === 'TASK_RUNNING' && !this.killed.includes(id),
    );
    if (task === undefined) return;
    const answer = await attempt(() => this.anyNode().delete(`/v2/apps${this.victimApp}/tasks/${task.id}`));
    (answer?.status === 200 ? this.killed : this.maybeKilled).push(task.id);
  }

  /** A node that was up before and after a read must have answered it. */
  private async read(node: EkidenNode): Promise<void> {
    const wasUp = node.isReady;
    const runs = node.exits.length;
    const answer = await attempt(() => node.api.get<{ apps: AppView[] }>(`/v2/apps?id=${this.victimApp}`));
    // That a process has been killed is known a moment after its connections are gone.
    if (answer === undefined) await delay(200);
    if (!wasUp || !node.isRunning || node.exits.length !== runs) return;
    this.reads += 1;
    if (answer?.status !== 200) this.failedReads.push(`${node.hostPort}: ${answer?.status} ${answer?.text}`);
  }
}

/** The answer, or nothing when the connection broke. */
async function attempt<Body>(ask: () => Promise<ApiAnswer<Body>>): Promise<ApiAnswer<Body> | undefined> {
  try {
    return await ask();
  } catch {
    return undefined;
  }
}
