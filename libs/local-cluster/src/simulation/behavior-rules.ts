import type { TaskInfo } from '#mesos';
import { DEFAULT_BEHAVIOR, type TaskBehavior } from './behavior.js';
import { list, object, only, parseBehavior, text, type BehaviorChange } from './parse-behavior.js';

/** Behaviour of the tasks that match; everything in `match` has to. */
export interface BehaviorRule {
  readonly labels: Readonly<Record<string, string>>;
  readonly name: RegExp | undefined;
  readonly change: BehaviorChange;
}

/** Where a task says itself how it behaves. */
const LABEL = 'ekiden.sim';
const VARIABLE = 'EKIDEN_SIM';

/** Behaviours that tasks ask for themselves are remembered up to this number: many tasks ask for the same. */
const MOST_REMEMBERED = 10_000;

/** A behaviour, or why what the task says is none. */
export type Resolved =
  { readonly ok: true; readonly behavior: TaskBehavior } | { readonly ok: false; readonly error: string };

/**
 * Finds the behaviour of a task (spec/local-cluster.md §26.2): the default, changed by the first rule that matches,
 * changed by its label, changed by its environment. Tasks that say the same share one behaviour.
 */
export class BehaviorRules {
  private readonly basis: TaskBehavior;
  private readonly byRule: readonly TaskBehavior[];
  private readonly own = new Map<string, Resolved>();

  constructor(
    change: BehaviorChange,
    private readonly rules: readonly BehaviorRule[],
  ) {
    this.basis = { ...DEFAULT_BEHAVIOR, ...change };
    this.byRule = rules.map((rule) => ({ ...this.basis, ...rule.change }));
  }

  /** What the task does unless somebody reaches in. */
  of(task: TaskInfo): Resolved {
    const place = this.rules.findIndex((rule) => matches(rule, task));
    const behavior = place < 0 ? this.basis : this.byRule[place]!;
    const label = labelOf(task, LABEL);
    const variable = task.command?.environment?.variables?.find(({ name }) => name === VARIABLE)?.value;
    if (label === undefined && variable === undefined) return { ok: true, behavior };
    const key = `${place} ${label ?? ''} ${variable ?? ''}`;
    const known = this.own.get(key);
    if (known !== undefined) return known;
    const resolved = changed(behavior, label, variable);
    if (this.own.size >= MOST_REMEMBERED) this.own.clear();
    this.own.set(key, resolved);
    return resolved;
  }
}

/**
 * Reads one of `behaviors`: `{match: {label?, name?}, …keys of §26.2}`.
 *
 * @throws Error that says what is wrong.
 */
export function parseRules(given: unknown, name: string): BehaviorRule[] {
  return list(given, name).map((entry, index) => parseRule(entry, `${name}[${index}]`));
}

function parseRule(given: unknown, name: string): BehaviorRule {
  const { match, ...keys } = object(given, name);
  const { label = {}, name: pattern, ...others } = object(match, `${name}.match`);
  only(others, [], `${name}.match`);
  const labels = Object.entries(object(label, `${name}.match.label`)).map(
    ([key, value]) => [key, text(value, `${name}.match.label.${key}`)] as const,
  );
  return {
    labels: Object.fromEntries(labels),
    name: pattern === undefined ? undefined : regex(text(pattern, `${name}.match.name`), name),
    change: parseBehavior(keys, name),
  };
}

function regex(pattern: string, name: string): RegExp {
  try {
    return new RegExp(pattern);
  } catch (error) {
    throw new Error(`${name}.match.name is no regular expression: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function matches({ name, labels }: BehaviorRule, task: TaskInfo): boolean {
  if (name !== undefined && !name.test(task.name)) return false;
  for (const key in labels) if (labelOf(task, key) !== labels[key]) return false;
  return true;
}

function labelOf(task: TaskInfo, key: string): string | undefined {
  return task.labels?.labels?.find((label) => label.key === key)?.value;
}

function changed(behavior: TaskBehavior, ...texts: (string | undefined)[]): Resolved {
  let result = behavior;
  for (const json of texts) {
    if (json === undefined) continue;
    try {
      result = { ...result, ...parseBehavior(JSON.parse(json), 'behaviour') };
    } catch (error) {
      return { ok: false, error: `the behaviour of the task is wrong: ${(error as Error).message}` };
    }
  }
  return { ok: true, behavior: result };
}
