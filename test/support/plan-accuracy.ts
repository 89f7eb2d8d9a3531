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
    const misplaced = wrongPlaces(plan, before, await this.apps());
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

  /** Waits until everything has come as it was foreseen, or nothing else comes any more. */
  private async comeToRest(plan: PlanView, before: readonly AppView[]): Promise<void> {
    let last = '';
    let sinceMs = performance.now();
    for (const endMs = sinceMs + LONGEST_WAIT_MS; performance.now() < endMs; await delay(LOOK_MS)) {
      const apps = await this.apps();
      const picture = JSON.stringify(
        apps.map(({ id, tasks }) => [id, tasks.map((task) => [task.id, task.state])]),
      );
      if (picture !== last) sinceMs = performance.now();
      last = picture;
      const isStill = performance.now() - sinceMs > WAITS_FOR_GOOD_MS;
      if (isStill || (isAtRest(apps) && hasCome(plan, before, apps) && (await this.isIdle()))) return;
    }
  }

  private async isIdle(): Promise<boolean> {
    return (await this.api.get<readonly object[]>('/v2/deployments')).body.length === 0;
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

const isAtRest = (apps: readonly AppView[]): boolean =>
  apps.every(({ instances, tasks }) => running(tasks).length === instances && tasks.length === instances);

/** Hosts of the tasks of an app that were not there before. */
function newHosts(appId: string, before: readonly AppView[], after: readonly AppView[]): string[] {
  const known = new Set(before.flatMap(({ tasks }) => tasks.map(({ id }) => id)));
  const tasks = after.find(({ id }) => id === appId)?.tasks ?? [];
  return tasks.flatMap(({ id, host }) => (known.has(id) ? [] : host)).toSorted();
}

const foreseenHosts = (places: readonly Place[]): string[] =>
  places.flatMap((place) => ('hostname' in place ? place.hostname : [])).toSorted();

/** Whether as many instances came as were foreseen: a kill takes its time before anything begins anew. */
const hasCome = ({ placements }: PlanView, before: readonly AppView[], after: readonly AppView[]): boolean =>
  placements.every(
    ({ appId, instances }) => newHosts(appId, before, after).length >= foreseenHosts(instances).length,
  );

const OTHER_AGENTS =
  'as many as foreseen, on other agents that fit as well: Mesos offers agents in random order';
const OTHERS_WAITED = 'more or fewer than foreseen: instances from before waited for the same room';
const OTHER_NUMBER =
  'more or fewer than foreseen: where the first ones went left more or less room for the others';

function wrongPlaces(
  { placements }: PlanView,
  before: readonly AppView[],
  after: readonly AppView[],
): string | undefined {
  const othersWaited = before.some(({ tasks, instances }) => tasks.length < instances);
  for (const { appId, instances } of placements) {
    const came = newHosts(appId, before, after);
    const foreseen = foreseenHosts(instances);
    if (JSON.stringify(came) === JSON.stringify(foreseen)) continue;
    if (came.length === foreseen.length) return OTHER_AGENTS;
    return othersWaited ? OTHERS_WAITED : OTHER_NUMBER;
  }
  return undefined;
}
