import type { TaskInfo } from '#mesos';
import type { Random } from '../kernel/random.js';

/** How tasks behave, named by the first word of their command. */
export type Behaviour = 'steady' | 'slow' | 'crashy' | 'doomed' | 'finisher' | 'sick' | 'stubborn';

/** What one task will do, ms; `null`: never. */
export interface TaskPlan {
  readonly startMs: number;
  readonly lifetimeMs: number | null;
  readonly ends: 'TASK_FINISHED' | 'TASK_FAILED';
  readonly killMs: number;
  /** When it first answers checks well, and from when on no more. */
  readonly wellFromMs: number;
  readonly illFromMs: number | null;
}

export function behaviourOf(info: TaskInfo): Behaviour {
  return (info.command?.value?.split(' ')[0] ?? 'steady') as Behaviour;
}

/** `calm`: nothing goes wrong any more. */
export function planTask(info: TaskInfo, random: Random, calm: boolean): TaskPlan {
  const behaviour = behaviourOf(info);
  const startMs = behaviour === 'slow' ? random.between(2000, 40_000) : random.between(20, 1500);
  const killMs = behaviour === 'stubborn' ? random.between(3000, 20_000) : random.between(10, 800);
  const plan: TaskPlan = {
    startMs,
    lifetimeMs: null,
    ends: 'TASK_FAILED',
    killMs,
    wellFromMs: startMs + random.around(1500),
    illFromMs: null,
  };
  if (calm) return plan;
  switch (behaviour) {
    case 'crashy':
      return { ...plan, lifetimeMs: random.around(25_000) };
    case 'doomed':
      return { ...plan, lifetimeMs: random.between(0, 500) };
    case 'finisher':
      return { ...plan, lifetimeMs: random.around(60_000), ends: 'TASK_FINISHED' };
    case 'sick':
      return { ...plan, illFromMs: plan.wellFromMs + random.around(40_000) };
    default:
      return plan;
  }
}
