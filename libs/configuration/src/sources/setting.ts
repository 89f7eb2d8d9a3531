import { flagNamed, type Resolved } from '../flags/catalogue.js';

/** Where a value comes from, as `/config` names it. */
export type SettingSource = 'cli' | 'env' | 'file' | 'default';

/** One flag that somebody set, not yet understood. */
export interface Setting {
  /** Name of the flag of today. */
  readonly name: string;
  /** How it was written, for messages: `--http-port`, `MARATHON_HTTP_PORT`. */
  readonly written: string;
  readonly text: string;
  /** The text belongs to `disable_x`. */
  readonly negated: boolean;
  readonly source: Exclude<SettingSource, 'default'>;
}

/** What is wrong, and what somebody should know, collected over all sources so that it is shown together. */
export class Findings {
  readonly problems: string[] = [];
  readonly warnings: string[] = [];

  problem(message: string): void {
    this.problems.push(message);
  }

  warn(message: string): void {
    this.warnings.push(message);
  }
}

/** Settings of one source, by flag; the same flag twice in one source is a problem. */
export class SettingMap {
  private readonly byName = new Map<string, Setting>();

  constructor(private readonly findings: Findings) {}

  /** Takes one set flag in. Flags of older releases become the flag of today, a warning or a problem. */
  add(resolved: Resolved, setting: Omit<Setting, 'name' | 'negated'>): void {
    const { written } = setting;
    if ('flag' in resolved) {
      this.put({ ...setting, name: resolved.name, negated: resolved.negated });
      return;
    }
    const { legacy, name } = resolved;
    switch (legacy.treatment) {
      case 'alias': {
        if (legacy.aliasOf === undefined || flagNamed(legacy.aliasOf) === undefined) {
          throw new Error(`the flag table has no target for the alias ${name}`);
        }
        this.findings.warn(`\`${written}\` is now \`--${legacy.aliasOf}\``);
        this.put({ ...setting, name: legacy.aliasOf, negated: false });
        return;
      }
      case 'ignore':
        this.findings.warn(`\`${written}\` belongs to an older release and has no effect`);
        return;
      case 'refuse':
        this.findings.problem(`\`${written}\` is no longer accepted: ${legacy.hint ?? 'remove it'}`);
    }
  }

  get(name: string): Setting | undefined {
    return this.byName.get(name);
  }

  all(): Iterable<Setting> {
    return this.byName.values();
  }

  private put(setting: Setting): void {
    const earlier = this.byName.get(setting.name);
    if (earlier === undefined) {
      this.byName.set(setting.name, setting);
      return;
    }
    const twice =
      earlier.written === setting.written
        ? `\`${setting.written}\` is given twice`
        : `\`${earlier.written}\` and \`${setting.written}\` set the same flag`;
    this.findings.problem(twice);
  }
}
