import type { ApiCommand } from '#domain';
import type { StateRead } from '../reads/state-read.js';
import type { SendableAnswer } from '../server/send.js';
import type { Answer } from '../wire/answer.js';
import type { Present } from './archive.js';

/** An app, or a group with everything below. */
export type Subject = { readonly app: string } | { readonly group: string };

/** What may be asked about the past. `at`, `from` and `to` are positions, times or versions as clients write them. */
export type Question =
  | { readonly kind: 'read'; readonly at: string; readonly read: StateRead }
  | {
      readonly kind: 'diff';
      readonly subject: Subject;
      readonly from: string;
      readonly to: string | undefined;
    }
  /** Which command brings the subject back to what it was. `uri`: path of the request. */
  | {
      readonly kind: 'rollback';
      readonly subject: Subject;
      readonly to: string;
      readonly force: boolean;
      readonly uri: string;
    };

/** A question with what it depends on beside the log. */
export interface Asked {
  readonly question: Question;
  readonly present: Present;
  /** How many versions are listed unless all are asked for (`--zk_max_versions`). */
  readonly listedVersions: number;
}

/** What became of a question: an answer, with the position it is about, or the command that was asked for. */
export interface Outcome<A = SendableAnswer> {
  readonly answer: A;
  readonly position?: number;
  readonly command?: ApiCommand;
}

export type TextOutcome = Outcome<Answer>;
