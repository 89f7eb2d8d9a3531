import { IsDefined, IsIn, IsString, Matches } from 'class-validator';

const METHODS = ['POST', 'PUT', 'PATCH', 'DELETE'];

/** Body of `POST /ekiden/v1/plan`: a write of v2 that is not sent. */
export class PlanBody {
  @IsDefined({ message: 'error.path.missing' })
  @IsIn(METHODS, { message: 'error.unknown.enum.literal' })
  readonly method!: string;

  /** With its query. */
  @IsDefined({ message: 'error.path.missing' })
  @IsString({ message: 'error.expected.jsstring' })
  @Matches(/^\/v2\//, { message: 'error.pattern' })
  readonly path!: string;

  /** What the write would send; absent: nothing. */
  readonly body?: unknown;
}
