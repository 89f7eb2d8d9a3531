import { Transform } from 'class-transformer';
import { IsDefined, IsIn, IsInt, IsOptional, IsPositive, IsString } from 'class-validator';
import { SETTABLE_LEVELS, type SettableLevel } from '#observability';

/** Body of `POST /logging` (`spec/operations.md` §14.2). */
export class LoggerChangeBody {
  /** In any case, like all enums (`spec/rest-api.md` §2). */
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.toLowerCase() : value))
  @IsDefined({ message: 'error.path.missing' })
  @IsIn(SETTABLE_LEVELS, { message: 'error.unknown.enum.literal' })
  readonly level!: SettableLevel;

  @IsDefined({ message: 'error.path.missing' })
  @IsString({ message: 'error.expected.jsstring' })
  readonly logger!: string;

  @IsOptional()
  @IsInt({ message: 'error.expected.int' })
  @IsPositive({ message: 'error.min' })
  readonly durationSeconds?: number;
}
