import { detailLines } from '../explain-failure.js';
import type { Call } from '../command-line/command.js';
import type { Screen } from '../output/screen.js';
import { printable } from '../output/styles.js';
import { showChanges, type ObjectChange } from './changes-view.js';

/** The answer of `POST /ekiden/v1/plan`. */
export interface PlanAnswer {
  readonly outcome: string;
  readonly changes?: readonly ObjectChange[];
  readonly steps?: readonly {
    readonly actions: readonly { readonly action?: string; readonly type?: string; readonly app?: string }[];
  }[];
  readonly instances?: readonly {
    readonly appId: string;
    readonly keep: number;
    readonly start: number;
    readonly stop: number;
  }[];
  readonly placements?: readonly { readonly appId: string; readonly instances: readonly Placement[] }[];
  readonly refusal?: { readonly status?: number; readonly message?: string; readonly details?: unknown };
  readonly token?: string;
  readonly position?: number;
}

interface Placement {
  readonly hostname?: string;
  readonly agentId?: string;
  readonly unplaced?: string;
}

/** A write as the plan wants to know it. */
export interface PlannedWrite {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
}

/** Asks what a write would do. */
export async function planFor(
  { api }: Call,
  write: PlannedWrite,
): Promise<{ text: string; body: PlanAnswer }> {
  const { text } = await api.send({ method: 'POST', path: '/ekiden/v1/plan', body: write });
  return { text, body: JSON.parse(text) as PlanAnswer };
}

const OUTCOMES: Readonly<Record<string, string>> = {
  'no-op': 'nothing would change',
  'in-place': 'changes in place: no instance is replaced',
  scale: 'scales: instances are started or stopped, none is replaced',
  rolling: 'replaces instances, step by step',
  create: 'creates',
  delete: 'deletes',
  kill: 'kills tasks',
};

/** What a plan says, in lines. */
export function showPlan(
  plan: PlanAnswer,
  screen: Pick<Screen, 'style'>,
  print: (line: string) => void,
): void {
  const { style } = screen;
  if (plan.outcome === 'refused') {
    print(style.red(`would be refused: ${printable(plan.refusal?.message ?? 'no reason given')}`));
    for (const line of detailLines(plan.refusal?.details)) print(`  ${printable(line)}`);
    return;
  }
  print(style.bold(OUTCOMES[plan.outcome] ?? plan.outcome));
  showChanges(plan.changes ?? [], screen, print);
  for (const [index, { actions }] of (plan.steps ?? []).entries()) {
    const texts = actions.map(({ action, type, app }) => `${action ?? type ?? ''} ${app ?? ''}`.trim());
    print(`${style.dim(`step ${index + 1}`)}  ${printable(texts.join(', '))}`);
  }
  for (const { appId, keep, start, stop } of plan.instances ?? []) {
    print(`${style.dim('instances')}  ${printable(appId)}: ${keep} stay, ${start} start, ${stop} stop`);
  }
  for (const { appId, instances } of plan.placements ?? []) {
    for (const line of placementLines(instances))
      print(`${style.dim('placement')}  ${printable(`${appId}: ${line}`)}`);
  }
}

function placementLines(instances: readonly Placement[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { hostname, agentId, unplaced } of instances) {
    const where =
      unplaced === undefined ? `on ${hostname ?? agentId ?? 'an agent'}` : `nowhere now: ${unplaced}`;
    counts.set(where, (counts.get(where) ?? 0) + 1);
  }
  return [...counts].map(([where, count]) => `${count} ${where}`);
}
