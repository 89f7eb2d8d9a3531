import type { UnversionedApp } from '../definitions/app/app-definition.js';
import { servicePortsOf } from '../definitions/app/service-ports.js';

/** How many apps claim each service port (`spec/definitions.md` §7.5); several may claim the same one. */
export class ServicePorts {
  private readonly claims = new Map<number, number>();
  /** Every port of `[searchedFrom, firstFree)` is claimed: later searches start behind them. */
  private searchedFrom = 0;
  private firstFree = 0;

  has(port: number): boolean {
    return this.claims.has(port);
  }

  /** The lowest unclaimed port from `port` upwards. */
  firstUnusedFrom(port: number): number {
    const known = port >= this.searchedFrom && port <= this.firstFree;
    let free = known ? this.firstFree : port;
    while (this.claims.has(free)) free += 1;
    if (!known) this.searchedFrom = port;
    this.firstFree = free;
    return free;
  }

  claim(app: UnversionedApp): void {
    for (const port of servicePortsOf(app)) this.claims.set(port, (this.claims.get(port) ?? 0) + 1);
  }

  release(app: UnversionedApp): void {
    for (const port of servicePortsOf(app)) {
      const left = (this.claims.get(port) ?? 0) - 1;
      if (left > 0) {
        this.claims.set(port, left);
        continue;
      }
      this.claims.delete(port);
      if (port >= this.searchedFrom && port < this.firstFree) this.firstFree = port;
    }
  }
}
