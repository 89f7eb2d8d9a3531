import {
  ArrayMaxSize,
  IsArray,
  IsDefined,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Length,
  Max,
  MaxLength,
  Min,
  ValidateBy,
  ValidateIf,
} from 'class-validator';
import type { WebhookFormat } from '#domain';
import { isCallable } from '../../webhooks/callable-url.js';

const LONGEST_LIST = 100;

/** Absent means absent; `null` is a value like any other, and mostly a wrong one. */
const IfGiven = (): PropertyDecorator => ValidateIf((_, value) => value !== undefined);

const IsCallable = (): PropertyDecorator =>
  ValidateBy(
    // What is no text at all has an error already.
    { name: 'isCallable', validator: { validate: (url) => typeof url !== 'string' || isCallable(url) } },
    { message: 'must be an http:// or https:// address of at most 2048 characters, without credentials' },
  );

/** What may be left out of every body. */
class WebhookOptions {
  @IfGiven()
  @IsArray({ message: 'error.expected.jsarray' })
  @ArrayMaxSize(LONGEST_LIST, { message: 'error.maxLength' })
  @IsString({ each: true, message: 'error.expected.jsstring' })
  readonly eventTypes?: readonly string[];

  @IfGiven()
  @IsArray({ message: 'error.expected.jsarray' })
  @ArrayMaxSize(LONGEST_LIST, { message: 'error.maxLength' })
  @IsString({ each: true, message: 'error.expected.jsstring' })
  readonly apps?: readonly string[];

  @IfGiven()
  @IsIn(['bus', 'cloudevents'], { message: 'error.unknown.enum.literal' })
  readonly format?: WebhookFormat;

  @IsOptional()
  @IsString({ message: 'error.expected.jsstring' })
  @Length(1, 1024, { message: 'must have 1 to 1024 characters' })
  readonly secret?: string | null;

  @IsOptional()
  @IsString({ message: 'error.expected.jsstring' })
  @MaxLength(1000, { message: 'error.maxLength' })
  readonly description?: string | null;

  @IfGiven()
  @IsInt({ message: 'error.expected.int' })
  @Min(1, { message: 'error.min' })
  @Max(1000, { message: 'error.max' })
  readonly maxAttempts?: number;

  @IfGiven()
  @IsInt({ message: 'error.expected.int' })
  @Min(1, { message: 'error.min' })
  @Max(60, { message: 'error.max' })
  readonly timeoutSeconds?: number;
}

/** Body of `PATCH /ekiden/v1/webhooks/{id}`: what is absent stays, `null` takes a setting away that need not be there. */
export class WebhookChangeBody extends WebhookOptions {
  @IfGiven()
  @IsString({ message: 'error.expected.jsstring' })
  @IsCallable()
  readonly url?: string;
}

/** Body of `POST /ekiden/v1/webhooks`. */
export class WebhookBody extends WebhookOptions {
  @IsDefined({ message: 'error.path.missing' })
  @IsString({ message: 'error.expected.jsstring' })
  @IsCallable()
  readonly url!: string;

  /** A position or a time (RFC 3339): what came later is sent; without it what comes from now on. */
  readonly since?: unknown;
}

/** Body of `POST /ekiden/v1/webhooks/{id}/redeliver`: positions, or all dead letters. */
export class RedeliverBody {
  @IfGiven()
  @IsInt({ message: 'error.expected.int' })
  @Min(1, { message: 'error.min' })
  readonly from?: number;

  @IfGiven()
  @IsInt({ message: 'error.expected.int' })
  @Min(1, { message: 'error.min' })
  readonly to?: number;

  @IfGiven()
  @IsIn([true], { message: 'must be true' })
  readonly deadLetters?: true;
}
