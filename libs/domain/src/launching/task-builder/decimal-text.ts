/**
 * A floating-point number as tasks have always seen it in their environment: `1.0`, `0.5`, and with an exponent from
 * ten million up and below a thousandth (`1.0E7`, `5.0E-4`).
 */
export function decimalText(value: number): string {
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && (magnitude >= 1e7 || magnitude < 1e-3)) {
    const [digits = '', exponent = ''] = value.toExponential().split('e');
    return `${withFraction(digits)}E${Number(exponent)}`;
  }
  return withFraction(String(value));
}

function withFraction(digits: string): string {
  return digits.includes('.') ? digits : `${digits}.0`;
}
