import type { AppPlacements } from '../planning/placements.js';
import type { Outlook } from '../planning/outlook.js';
import type { ApiCommand, Reply } from './command.js';

/** Asks the leader what a write would come to; nothing is changed (`spec/ui.md` §17). */
export class PlanChange {
  constructor(
    readonly command: ApiCommand,
    /** Whether to find places for the instances that it would start. */
    readonly withPlacements: boolean,
  ) {}
}

/** What a write would come to now. */
export interface PlannedChange {
  /** The answer that the write would get. */
  readonly reply: Reply;
  readonly outlook: Outlook;
  /** Empty unless asked for. */
  readonly placements: readonly AppPlacements[];
  /** Lets the write be done only if nothing that the plan rests on has changed (`SubmitCommand.planToken`). */
  readonly token: string;
  /** Position of the log that the plan is made at. */
  readonly position: number;
}
