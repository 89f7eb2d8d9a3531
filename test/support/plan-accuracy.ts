import { setTimeout as delay } from 'node:timers/promises';
import type { ApiAnswer, ApiClient, AppView, TaskView } from './api-client.js';
import { EventStream } from './event-stream.js';
import type { Random } from './random.js';
import { randomWrite, type Write } from './random-writes.js';

type Place = { readonly hostname: string; readonly agentId: string } | { readonly unplaced: string };

/** The answer of `POST /ekiden/v1/plan`. */
export interface PlanView {
  readonly outcome: string;
  readonly changes: readonly {
    readonly id: string;
    readonly kind: string;
    readonly fields: readonly object[];
  }[];
  readonly steps: readonly object[];
  readonly instances: readonly {
    readonly appId: string;
    readonly keep: number;
    readonly start: number;
    readonly stop: number;
  }[];
  readonly placements: readonly { readonly appId: string; readonly instances: readonly Place[] }[];
  readonly refusal?: { readonly status: number; readonly message: string };
  readonly token?: string;
  readonly position: number;
}

/** What came of planning many writes and sending each of them. */
export class Accuracy {
  writes = 0;
  exactSteps = 0;
  /** Writes that start instances. */
  placing = 0;
  exactPlacements = 0;
  readonly outcomes = new Map<string, number>();
  /** Why predictions were not exact, counted. */
  readonly reasons = new Map<string, number>();

  count(map: Map<string, number>, key: string): void {
    map.set(key, (map.get(key) ?? 0) + 1);
  }
}

/** Offers come again within this time, so that whoever waits longer has no place. */
const WAITS_FOR_GOOD_MS = 1500;
const LONGEST_WAIT_MS = 15_000;
const LOOK_MS = 60;

/** Plans random writes, sends each with the token of its plan, and compares what happens with what was said. */
export async function measurePlans(api: ApiClient, writes: number, random: Random): Promise<Accuracy> {
  const events = await EventStream.open(api.url);
  const accuracy = new Accuracy();
  try {
    for (let index = 0; index < writes; index++)
      await new Prediction(api, events, accuracy).check(await randomWrite(api, random));
  } finally {
    await events.close();
  }
  return accuracy;
}

export async function planOf(api: ApiClient, write: Write): Promise<PlanView> {
  const { status, body, text } = await api.post<PlanView>('/ekiden/v1/plan', write);
  if (status !== 200) throw new Error(`the plan of ${JSON.stringify(write)} was answered ${status}: ${text}`);
  return body;
}

/** One write: what was said of it, and what came. */
class Prediction {
  constructor(
    private readonly api: ApiClient,
    private readonly events: EventStream,
    private readonly accuracy: Accuracy,
  ) {}

  async check(write: Write): Promise<void> {
    const { accuracy } = this;
    const before = await this.apps();
    const plan = await planOf(this.api, write);
    accuracy.writes += 1;
    accuracy.count(accuracy.outcomes, plan.outcome);
    const answer = await this.send(write, plan);
    const wrong =
      plan.refusal === undefined ? await this.wrongSteps(plan, answer) : wrongRefusal(plan, answer);
    if (wrong === undefined) accuracy.exactSteps += 1;
    else
      accuracy.count(
        accuracy.reasons,
        `steps: ${wrong} (${write.method} ${write.path}: ${answer.text.slice(0, 200)})`,
      );
    if (plan.placements.length === 0) return this.comeToRest(plan, before);
    accuracy.placing += 1;
    await this.comeToRest(plan, before);
    const misplaced = this.wrongPlaces(plan, before, await this.apps());
    if (misplaced === undefined) accuracy.exactPlacements += 1;
    else accuracy.count(accuracy.reasons, `placements: ${misplaced}`);
  }

  private send({ method, path, body }: Write, { token }: PlanView): Promise<ApiAnswer> {
    const headers: Record<string, string> = token === undefined ? {} : { 'x-ekiden-plan': token };
    return this.api.send(method, path, { body, headers });
  }

  private async wrongSteps(
    plan: PlanView,
    answer: ApiAnswer<{ deploymentId?: string }>,
  ): Promise<string | undefined> {
    if (answer.status >= 300) return `refused with ${answer.status}`;
    const id = answer.headers.get('marathon-deployment-id') ?? answer.body?.deploymentId;
    if (id === undefined || id === null) return plan.steps.length === 0 ? undefined : 'no deployment came';
    const { data } = await this.events.waitFor(
      `of deployment ${id}`,
      (frame) => planIn(frame.data)?.id === id,
    );
    return JSON.stringify(planIn(data)!.steps) === JSON.stringify(plan.steps)
      ? undefined
      : 'other steps came';
  }

  /** Waits until every deployment has ended, or what has no place has been without one for long enough. */
  private async comeToRest(plan: PlanView, before: readonly AppView[]): Promise<void> {
    const hasUnplaced = plan.placements.some(({ instances }) =>
      instances.some((place) => 'unplaced' in place),
    );
    const waited = before.some(({ deployments }) => deployments.length > 0);
    let last = '';
    let since = performance.now();
    for (const endMs = performance.now() + LONGEST_WAIT_MS; performance.now() < endMs; await delay(LOOK_MS)) {
      const apps = await this.apps();
      const picture = JSON.stringify(
        apps.map(({ id, tasks, deployments }) => [
          id,
          tasks.map(({ id: task, state }) => [task, state]),
          deployments.length,
        ]),
      );
      if (picture !== last) since = performance.now();
      last = picture;
      const isQuiet = apps.every(
        ({ deployments, instances, tasks }) =>
          deployments.length === 0 && running(tasks).length === instances && tasks.length === instances,
      );
      if (isQuiet && (await this.isIdle())) return;
      if ((hasUnplaced || waited) && performance.now() - since > WAITS_FOR_GOOD_MS) return;
    }
  }

  private async isIdle(): Promise<boolean> {
    return (await this.api.get<readonly object[]>('/v2/deployments')).body.length === 0;
  }

  private wrongPlaces(
    plan: PlanView,
    before: readonly AppView[],
    after: readonly AppView[],
  ): string | undefined {
    const known = new Set(before.flatMap(({ tasks }) => tasks.map(({ id }) => id)));
    const othersWaited = before.some(({ tasks, instances }) => tasks.length < instances);
    for (const { appId, instances } of plan.placements) {
      const tasks = after.find(({ id }) => id === appId)?.tasks ?? [];
      const came = tasks
        .filter(({ id }) => !known.has(id))
        .map(({ host }) => host)
        .toSorted();
      const foreseen = instances.flatMap((place) => ('hostname' in place ? place.hostname : [])).toSorted();
      if (JSON.stringify(came) === JSON.stringify(foreseen)) continue;
      if (came.length === foreseen.length)
        return 'on other agents, which fit as well: Mesos offers agents in random order';
      if (othersWaited) return 'more or fewer found a place while instances from before waited as well';
      return 'more or fewer found a place: the agents that got the first ones left less or more room for the others';
    }
    return undefined;
  }

  private async apps(): Promise<readonly AppView[]> {
    const { body } = await this.api.get<{ apps: readonly AppView[] }>(
      '/v2/apps?embed=apps.tasks&embed=apps.deployments',
    );
    return body.apps;
  }
}

function wrongRefusal({ refusal }: PlanView, answer: ApiAnswer<{ message?: string }>): string | undefined {
  if (answer.status !== refusal?.status) return `refusal ${refusal?.status} was foreseen`;
  return answer.body?.message === refusal.message
    ? undefined
    : `another refusal was foreseen: ${refusal.message}`;
}

const running = (tasks: readonly TaskView[]): readonly TaskView[] =>
  tasks.filter(({ state }) => state === 'TASK_RUNNING');

const planIn = (
  data: Readonly<Record<string, unknown>>,
): { readonly id: string; readonly steps: readonly object[] } | undefined =>
  data['plan'] as { id: string; steps: readonly object[] } | undefined;
