/** Counts by name. */
export class Counts {
  private readonly byName = new Map<string, number>();

  add(name: string, count = 1): void {
    this.byName.set(name, (this.byName.get(name) ?? 0) + count);
  }

  get total(): number {
    return [...this.byName.values()].reduce((sum, count) => sum + count, 0);
  }

  /** `kill 3, scale 7`. */
  get text(): string {
    const all = [...this.byName].toSorted(([one], [other]) => (one < other ? -1 : 1));
    return all.map(([name, count]) => `${name} ${count}`).join(', ');
  }
}

/** What happened in a run. */
export class Tally {
  readonly faults = new Counts();
  private readonly acknowledgements = new Counts();
  private readonly refusals = new Counts();
  private readonly unknowns = new Counts();
  private readonly recoveriesMs: number[] = [];
  private checkCount = 0;

  acknowledged(kind: string): void {
    this.acknowledgements.add(kind);
  }

  refused(kind: string): void {
    this.refusals.add(kind);
  }

  unknown(kind: string): void {
    this.unknowns.add(kind);
  }

  /** A check that found everything in order, so long after the last fault had ended. */
  recovered(tookMs: number): void {
    this.checkCount += 1;
    this.recoveriesMs.push(tookMs);
  }

  get figures() {
    const sorted = this.recoveriesMs.toSorted((one, other) => one - other);
    return {
      faults: this.faults.total,
      acknowledged: this.acknowledgements.total,
      refused: this.refusals.total,
      unknown: this.unknowns.total,
      checks: this.checkCount,
      recoveryP50Ms: Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0),
      recoveryMaxMs: Math.round(sorted.at(-1) ?? 0),
    };
  }

  get lines(): string[] {
    const { figures } = this;
    return [
      `faults            ${figures.faults} (${this.faults.text})`,
      `acknowledged      ${figures.acknowledged} (${this.acknowledgements.text})`,
      `refused           ${figures.refused} (${this.refusals.text})`,
      `outcome unknown   ${figures.unknown} (${this.unknowns.text})`,
      `checks            ${figures.checks}`,
      `time to recover   p50 ${figures.recoveryP50Ms} ms, longest ${figures.recoveryMaxMs} ms`,
    ];
  }
}
