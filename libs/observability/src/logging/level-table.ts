import { ROOT_LOGGER, SETTABLE_LEVELS, type RootLevel } from './logger.js';

/** Longest time after which a level can be reset: what a timer of the platform can wait. */
const LONGEST_DURATION_SECONDS = 2_147_483;

/** A level as the writing library names it. */
type WriterLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

const WRITER_LEVELS: Readonly<Partial<Record<RootLevel, WriterLevel>>> = { all: 'trace', off: 'silent' };

const writerLevel = (level: RootLevel): WriterLevel =>
  WRITER_LEVELS[level] ?? (level as Exclude<RootLevel, 'all' | 'off'>);

/** Levels of all loggers: set ones, and inherited ones along the dots of the names up to `ROOT`. */
export class LevelTable {
  private readonly names = new Set<string>();
  private readonly own = new Map<string, RootLevel>();
  private readonly resets = new Map<
    string,
    { readonly timer: NodeJS.Timeout; readonly to: RootLevel | undefined }
  >();

  /** `apply` is called for every logger whose level may have changed. */
  constructor(
    rootLevel: RootLevel,
    private readonly apply: (logger: string, level: WriterLevel) => void,
  ) {
    this.own.set(ROOT_LOGGER, rootLevel);
  }

  /** Takes a logger in; answers its level. */
  add(logger: string): WriterLevel {
    this.names.add(logger);
    return writerLevel(this.effective(logger));
  }

  /** Logger to level, as `/logging` prints it. */
  shown(): Readonly<Record<string, string>> {
    const levels: Record<string, string> = {};
    for (const name of [ROOT_LOGGER, ...[...this.names].toSorted()]) {
      levels[name] = this.effective(name).toUpperCase() + (this.own.has(name) ? '' : ' (inherited)');
    }
    return levels;
  }

  /** Sets a level; the answer says what is wrong with the request, if anything. */
  set(logger: string, level: string, durationSeconds?: number): string | undefined {
    const wanted = SETTABLE_LEVELS.find((settable) => settable === level);
    if (wanted === undefined) return `level must be one of ${SETTABLE_LEVELS.join(', ')}`;
    if (!this.isKnown(logger)) {
      return `there is no logger "${logger}"; loggers are ${[ROOT_LOGGER, ...this.names].join(', ')}`;
    }
    if (
      durationSeconds !== undefined &&
      !(durationSeconds > 0 && durationSeconds <= LONGEST_DURATION_SECONDS)
    ) {
      return `durationSeconds must be above 0 and at most ${LONGEST_DURATION_SECONDS}`;
    }
    this.scheduleReset(logger, durationSeconds);
    this.own.set(logger, wanted);
    this.applyAll();
    return undefined;
  }

  private isKnown(logger: string): boolean {
    return (
      logger === ROOT_LOGGER ||
      [...this.names].some((name) => name === logger || name.startsWith(`${logger}.`))
    );
  }

  /** A second temporary level replaces the first, and still ends in what was before both. */
  private scheduleReset(logger: string, durationSeconds: number | undefined): void {
    const pending = this.resets.get(logger);
    clearTimeout(pending?.timer);
    this.resets.delete(logger);
    if (durationSeconds === undefined) return;
    const to = pending === undefined ? this.own.get(logger) : pending.to;
    const timer = setTimeout(() => this.reset(logger, to), durationSeconds * 1000);
    timer.unref();
    this.resets.set(logger, { timer, to });
  }

  private reset(logger: string, level: RootLevel | undefined): void {
    this.resets.delete(logger);
    if (level === undefined) this.own.delete(logger);
    else this.own.set(logger, level);
    this.applyAll();
  }

  private applyAll(): void {
    for (const name of this.names) this.apply(name, writerLevel(this.effective(name)));
  }

  private effective(logger: string): RootLevel {
    for (let name = logger; name !== ''; name = name.slice(0, Math.max(0, name.lastIndexOf('.')))) {
      const level = this.own.get(name);
      if (level !== undefined) return level;
    }
    return this.own.get(ROOT_LOGGER) ?? 'info';
  }
}
