import { flagEntries } from '../flags/catalogue.js';
import type { Flag } from '../flags/flag.js';
import type { SettingSource } from '../sources/setting.js';
import type { Shown } from '../values/value-type.js';

/** One entry of `/config` (`spec/operations.md §14.3`). */
export interface ReportedSetting {
  /** In the flag's own unit; secrets are `***`, unset flags `null`. */
  readonly value: Shown;
  readonly source: SettingSource;
}

/** Every flag that has an effect, by name: the body of `GET /config`. */
export type SettingsReport = Readonly<Record<string, ReportedSetting>>;

/** A value and where it came from. */
export interface ResolvedValue {
  readonly value: unknown;
  readonly source: SettingSource;
}

export function reportSettings(values: ReadonlyMap<string, ResolvedValue>): SettingsReport {
  const report: Record<string, ReportedSetting> = {};
  for (const [name, flag] of flagEntries()) {
    const resolved = values.get(name);
    const hasEffect = flag.treatment === 'keep' || flag.treatment === 'map';
    if (resolved !== undefined && hasEffect)
      report[name] = { value: shown(flag, resolved), source: resolved.source };
  }
  return report;
}

function shown(flag: Flag, { value }: ResolvedValue): Shown {
  if (value === undefined || value === null) return null;
  return flag.secret ? '***' : flag.type.show(value);
}

/** The lines of the start log: all settings, those that somebody set marked with `*` (`spec/operations.md §9.1`). */
export function settingLines(report: SettingsReport): readonly string[] {
  return Object.entries(report).map(([name, { value, source }]) => {
    const text = value === null ? '(not set)' : Array.isArray(value) ? value.join(',') : String(value);
    return `${source === 'default' ? ' ' : '*'} --${name} ${text}`.trimEnd();
  });
}
