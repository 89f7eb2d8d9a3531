import type { Flag } from '../flags/flag.js';
import type { Findings, Setting } from '../sources/setting.js';
import { maskUserInfo } from '../values/basic-types.js';
import type { Parsed } from '../values/value-type.js';

const UNSUPPORTED = 'is not supported by this version of Ekiden';

/**
 * Turns the text of a setting into its value, by the type and the treatment of its flag. Problems and warnings go to
 * `findings`; the result is `undefined` when the flag's default stays.
 */
export function understand(setting: Setting, flag: Flag, findings: Findings): unknown {
  const name = `\`--${setting.name}\``;
  const from = setting.source === 'cli' ? '' : ` (from ${setting.written})`;
  if (flag.treatment === 'refuse') {
    findings.problem(`${name} is no longer accepted: ${flag.hint ?? 'remove it'}${from}`);
    return undefined;
  }
  const outcome = parseSetting(setting, flag);
  if (flag.treatment === 'later') {
    const isGiven = outcome.ok && flag.given !== undefined && outcome.value === flag.given;
    if (!isGiven) findings.problem(`${name} ${UNSUPPORTED}${from}`);
    return isGiven ? outcome.value : undefined;
  }
  if (!outcome.ok) {
    findings.problem(`${name} ${whyNot(outcome, flag, setting)}${from}`);
    return undefined;
  }
  if (outcome.warning !== undefined) findings.warn(`${name} ${outcome.warning}${from}`);
  if (flag.treatment === 'ignore') findings.warn(`${name} is accepted and has no effect${from}`);
  return outcome.value;
}

function parseSetting(setting: Setting, flag: Flag): Parsed<unknown> {
  const outcome: Parsed<unknown> = flag.type.parse(setting.text);
  return outcome.ok && setting.negated ? { ok: true, value: outcome.value !== true } : outcome;
}

function whyNot(refusal: Parsed<unknown> & { ok: false }, flag: Flag, setting: Setting): string {
  if (refusal.unsupported === true) return `${refusal.reason ?? ''} ${UNSUPPORTED}`;
  if (refusal.reason !== undefined) return refusal.reason;
  const got = flag.secret ? '' : `, not \`${maskUserInfo(setting.text)}\``;
  return `must be ${flag.type.expects}${got}`;
}
