/** Ids made by one master run (spec/local-cluster.md §4.3): counters start anew with each master UUID. */
export class IdSource {
  private frameworks = 0;
  private agents = 0;
  private offers = 0;

  constructor(readonly masterId: string) {}

  frameworkId(): string {
    return `${this.masterId}-${String(this.frameworks++).padStart(4, '0')}`;
  }

  agentId(): string {
    return `${this.masterId}-S${this.agents++}`;
  }

  offerId(): string {
    return `${this.masterId}-O${this.offers++}`;
  }
}
