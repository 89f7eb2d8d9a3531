import type { Random } from './random.js';

/** Places that messages go between: nodes by name, and these. */
export const MASTER = 'mesos';
export const ENSEMBLE = 'zookeeper';
export const BROKERS = 'log';

/** Which places reach each other, and how long a message takes. */
export class Network {
  private readonly cuts = new Map<string, number>();
  /** Messages take so much longer than usual. */
  slowness = 1;

  constructor(
    private readonly random: Random,
    private readonly onChange: (a: string, b: string, isCut: boolean) => void,
  ) {}

  /** A message takes so long, ms. */
  latencyMs(): number {
    return Math.ceil((0.2 + this.random.next() * 3) * this.slowness);
  }

  isCut(a: string, b: string): boolean {
    return (this.cuts.get(linkOf(a, b)) ?? 0) > 0;
  }

  /** Cuts may overlap: a link works again when all of them are mended. */
  cut(a: string, b: string): void {
    const link = linkOf(a, b);
    const count = (this.cuts.get(link) ?? 0) + 1;
    this.cuts.set(link, count);
    if (count === 1) this.onChange(a, b, true);
  }

  mendAll(): void {
    for (const link of this.cuts.keys()) {
      const [a = '', b = ''] = link.split('|');
      while (this.isCut(a, b)) this.mend(a, b);
    }
  }

  mend(a: string, b: string): void {
    const link = linkOf(a, b);
    const count = this.cuts.get(link) ?? 0;
    if (count === 0) return;
    this.cuts.set(link, count - 1);
    if (count === 1) this.onChange(a, b, false);
  }
}

const linkOf = (a: string, b: string): string => (a < b ? `${a}|${b}` : `${b}|${a}`);
