import { IsArray, IsDefined, IsString } from 'class-validator';

/** Body of `POST /v2/tasks/delete`. */
export class DeleteTasksBody {
  @IsDefined({ message: 'error.path.missing' })
  @IsArray({ message: 'error.expected.jsarray' })
  @IsString({ each: true, message: 'error.expected.jsstring' })
  readonly ids!: readonly string[];
}
