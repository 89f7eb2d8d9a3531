/**
 * Fills `{i}`, `{i:05}` (padded with zeros) and `{i%40}` (remainder) with a number: names of agents that are made by
 * the thousand (spec/local-cluster.md §26.1).
 */
export function fillTemplate(template: string, index: number): string {
  return template.replaceAll(/\{i(?::0(\d{1,2})|%(\d{1,9}))?\}/g, (_, width?: string, divisor?: string) => {
    if (divisor !== undefined) return String(index % Number(divisor));
    return String(index).padStart(Number(width ?? 0), '0');
  });
}

/** The IPv4 address so many places after another one. */
export function addressAfter(base: string, places: number): string {
  const number = base.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0) + places;
  return [24, 16, 8, 0].map((bits) => Math.floor(number / 2 ** bits) % 256).join('.');
}
