/** `npm run simulate` (docs/simulation.md). */
import { HELP, wantedFrom, type Wanted } from './arguments.js';
import { runSeed } from './run-seed.js';
import { runInWorkers } from './seed-workers.js';
import { replayCommand, Totals } from './totals.js';

const PROGRESS_MS = 2000;

const print = (text: string): void => void process.stdout.write(`${text}\n`);

async function main(): Promise<number> {
  let wanted: Wanted;
  try {
    wanted = wantedFrom(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}\n`);
    return 2;
  }
  switch (wanted.kind) {
    case 'help':
      print(HELP);
      return 0;
    case 'one':
      return runOne(wanted);
    case 'many':
      return runMany(wanted);
  }
}

async function runOne({ seed, trace }: Extract<Wanted, { kind: 'one' }>): Promise<number> {
  const report = await runSeed(seed, trace ? { print } : {});
  const { digest, events, violation, durationMs } = report;
  print(`seed ${seed}: ${Math.round(durationMs / 1000)} virtual seconds, ${events} events, digest ${digest}`);
  print(violation === undefined ? 'no invariant was violated' : `VIOLATED ${violation}`);
  return violation === undefined ? 0 : 1;
}

async function runMany(wanted: Extract<Wanted, { kind: 'many' }>): Promise<number> {
  const totals = new Totals();
  const beganAtMs = performance.now();
  const timer = setInterval(
    () => tell(totals.progress(performance.now() - beganAtMs, wanted.seeds)),
    PROGRESS_MS,
  );
  await runInWorkers(wanted, (report) => {
    totals.add(report);
    if (report.violation !== undefined)
      print(`\nseed ${report.seed} VIOLATED ${report.violation}\n  ${replayCommand(report.seed)}`);
  });
  clearInterval(timer);
  print(`\n${totals.summary(performance.now() - beganAtMs)}`);
  for (const { seed } of totals.violations) print(`  ${replayCommand(seed)}`);
  return totals.violations.length === 0 ? 0 : 1;
}

/** On a terminal the line is written over, elsewhere each stands by itself. */
function tell(line: string): void {
  process.stderr.write(process.stderr.isTTY ? `\r${line}` : `${line}\n`);
}

process.exitCode = await main();
