const DIGITS = 3;

/**
 * A scalar as constraints see it (`spec/scheduling.md` §3.5): at most three decimals, half-even, no trailing zeros.
 * Rounds the decimal digits, not the binary fraction: 1.0005 is exactly half-way and becomes `1`.
 */
export function scalarText(decimal: string): string {
  const match = /^(-?)(\d+)(?:\.(\d*))?$/.exec(decimal);
  if (match === null) return scalarTextOfNumber(Number(decimal));
  const [, sign = '', whole = '0', fraction = ''] = match;
  const kept = BigInt(whole + fraction.slice(0, DIGITS).padEnd(DIGITS, '0'));
  const rounded = kept + (roundsUp(kept, fraction.slice(DIGITS)) ? 1n : 0n);
  const digits = rounded.toString().padStart(DIGITS + 1, '0');
  const decimals = digits.slice(-DIGITS).replace(/0+$/, '');
  const text = digits.slice(0, -DIGITS) + (decimals === '' ? '' : `.${decimals}`);
  return rounded === 0n ? '0' : sign + text;
}

/** Numbers whose shortest text has an exponent: too small to show, or too large to have decimals. */
function scalarTextOfNumber(value: number): string {
  return Math.abs(value) < 1 ? '0' : BigInt(value).toString();
}

function roundsUp(kept: bigint, rest: string): boolean {
  if (rest === '' || rest[0]! < '5') return false;
  return rest[0]! > '5' || /[1-9]/.test(rest.slice(1)) || kept % 2n === 1n;
}
