import type { Submission } from '#domain';
import type { SchedulerMetrics } from '../scheduler-metrics.js';
import type { ApiItem, InboxItem } from './inbox.js';

/** A command of the API with its answer, given when that is durable. */
export interface Answer {
  readonly item: ApiItem;
  readonly submission: Submission;
}

/** Answers commands of the API, each once. */
export class Replies {
  /** As far as callers may rely on the log. */
  durablePosition = 0;

  constructor(private readonly metrics: SchedulerMetrics) {}

  /** What these answers rest on is durable. */
  giveAll(answers: readonly Answer[]): void {
    this.durablePosition = Math.max(this.durablePosition, answers.at(-1)?.submission.position ?? 0);
    for (const { item, submission } of answers) this.give(item, submission);
  }

  give(item: ApiItem, submission: Submission): void {
    if (submission.reply.kind === 'refused') this.metrics.rejected();
    item.answer(submission);
  }

  /** Gives an answer that rests on nothing but what is durable already. */
  giveNow(item: ApiItem, reply: Submission['reply']): void {
    this.give(item, { reply, position: this.durablePosition });
  }

  /** Nothing is written at the moment; nobody but callers of the API is told. */
  refuseAll(items: readonly InboxItem[], reason: string): void {
    const reply = { kind: 'refused', code: 'LogUnavailable', reason } as const;
    for (const item of items) if (item.kind === 'api') this.giveNow(item, reply);
  }
}
