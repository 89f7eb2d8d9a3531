/** `npm run torture`: real faults in a row (docs/torture.md). */
import { readOptions, USAGE, type TortureOptions } from './options.js';
import { torture, type TortureResult } from './torture.js';

const print = (line: string): void => void process.stdout.write(`${line}\n`);

function report({ tally, violation, ownEnds, evidence, tookMs }: TortureResult): void {
  print(`\n${tally.lines.join('\n')}`);
  print(`ended by itself   ${ownEnds.total === 0 ? 'never' : ownEnds.text}`);
  print(`took              ${(tookMs / 60_000).toFixed(1)} min`);
  if (violation === undefined) {
    print('violations        none: nothing lost, nothing launched twice, nothing stuck');
  } else {
    print(`VIOLATION         ${violation.kind}\n  ${violation.details.join('\n  ')}`);
    print(`logs              ${evidence}`);
  }
}

function options(): TortureOptions | 'help' {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exit(2);
  }
}

/** The first signal ends the run in good order, with its report. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM']) {
    process.once(name, () => {
      print('ending after the next check');
      controller.abort();
    });
  }
  return controller.signal;
}

const wanted = options();
if (wanted === 'help') {
  print(USAGE);
} else {
  const result = await torture(wanted, print, interruption());
  report(result);
  const { kind = null } = result.violation ?? {};
  print(JSON.stringify({ name: 'torture', seed: wanted.seed, ...result.tally.figures, violation: kind }));
  process.exit(result.violation === undefined ? 0 : 1);
}
