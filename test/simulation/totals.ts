import type { SeedReport } from './run-seed.js';

const MS_PER_HOUR = 3_600_000;
const HOURS_PER_YEAR = 24 * 365.25;

/** What many seeds come to. */
export class Totals {
  runs = 0;
  readonly violations: SeedReport[] = [];
  private durationMs = 0;
  private cpuMs = 0;
  private readonly sums = { happenings: 0, events: 0, acknowledged: 0, reads: 0, tasks: 0 };
  private readonly faults = new Map<string, number>();

  add(report: SeedReport): void {
    this.runs += 1;
    this.durationMs += report.durationMs;
    this.cpuMs += report.cpuMs;
    for (const name of Object.keys(this.sums) as (keyof Totals['sums'])[]) this.sums[name] += report[name];
    for (const [kind, count] of Object.entries(report.faults)) {
      this.faults.set(kind, (this.faults.get(kind) ?? 0) + count);
    }
    if (report.violation !== undefined) this.violations.push(report);
  }

  get clusterHours(): number {
    return this.durationMs / MS_PER_HOUR;
  }

  /** One line for somebody who waits. */
  progress(elapsedMs: number, wanted: number): string {
    const perSecond = this.runs / Math.max(elapsedMs / 1000, 0.001);
    const left = perSecond === 0 ? '?' : Math.round((wanted - this.runs) / perSecond);
    return (
      `${this.runs} of ${wanted} seeds, ${perSecond.toFixed(1)}/s, ${this.clusterHours.toFixed(1)} cluster-hours, ` +
      `${this.violations.length} violations, ${left} s left`
    );
  }

  /** The report at the end. */
  summary(elapsedMs: number): string {
    const seconds = elapsedMs / 1000;
    const { happenings, events, acknowledged, reads, tasks } = this.sums;
    const faults = [...this.faults].toSorted(([, a], [, b]) => b - a);
    const faultCount = faults.reduce((sum, [, count]) => sum + count, 0);
    const rows: (readonly [string, string])[] = [
      [
        'runs',
        `${this.runs} in ${seconds.toFixed(1)} s (${(this.cpuMs / Math.max(this.runs, 1)).toFixed(0)} ms of processor time each)`,
      ],
      [
        'simulated',
        `${this.clusterHours.toFixed(1)} cluster-hours = ${(this.clusterHours / HOURS_PER_YEAR).toFixed(4)} cluster-years`,
      ],
      ['speed', `${(this.clusterHours / seconds).toFixed(2)} cluster-hours per second`],
      ['happenings', String(happenings)],
      ['events on logs', String(events)],
      ['commands acknowledged', String(acknowledged)],
      ['tasks launched', String(tasks)],
      ['reads', String(reads)],
      ['faults', `${faultCount}: ${faults.map(([kind, count]) => `${kind} ${count}`).join(', ')}`],
      ['violations', String(this.violations.length)],
    ];
    const width = Math.max(...rows.map(([name]) => name.length));
    return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n');
  }
}

/** How somebody sees a failing seed for himself. */
export const replayCommand = (seed: number): string => `npm run simulate -- --seed ${seed} --trace`;
