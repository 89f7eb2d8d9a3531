import { IsDefined, IsInt, IsOptional, IsPositive, IsString, ValidateBy } from 'class-validator';
import { SETTABLE_LEVELS, type SettableLevel } from '#observability';

/** The level that a text names, in any case, like all enums (`spec/rest-api.md` §2). */
export const levelNamed = (text: unknown): SettableLevel | undefined =>
  typeof text === 'string' ? SETTABLE_LEVELS.find((level) => level === text.toLowerCase()) : undefined;

const NamesLevel = (): PropertyDecorator =>
  ValidateBy(
    { name: 'namesLevel', validator: { validate: (text) => levelNamed(text) !== undefined } },
    { message: 'error.unknown.enum.literal' },
  );

/** Body of `POST /logging` (`spec/operations.md` §14.2). */
export class LoggerChangeBody {
  @IsDefined({ message: 'error.path.missing' })
  @NamesLevel()
  readonly level!: string;

  @IsDefined({ message: 'error.path.missing' })
  @IsString({ message: 'error.expected.jsstring' })
  readonly logger!: string;

  @IsOptional()
  @IsInt({ message: 'error.expected.int' })
  @IsPositive({ message: 'error.min' })
  readonly durationSeconds?: number;
}
