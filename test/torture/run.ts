/** `npm run torture`: real faults in a row (docs/torture.md). */
import { readOptions, USAGE, type TortureOptions } from './options.js';
import { torture, type TortureResult } from './torture.js';

function report({ tally, violation, ownEnds, evidence, tookMs }: TortureResult): void {
  console.log(`\n${tally.lines.join('\n')}`);
  console.log(`ended by itself   ${ownEnds.length === 0 ? 'never' : ownEnds.join(', ')}`);
  console.log(`took              ${(tookMs / 60_000).toFixed(1)} min`);
  if (violation === undefined) {
    console.log('violations        none: nothing lost, nothing launched twice, nothing stuck');
  } else {
    console.log(`VIOLATION         ${violation.kind}\n  ${violation.details.join('\n  ')}`);
    console.log(`logs              ${evidence}`);
  }
}

function options(): TortureOptions | 'help' {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    console.error((error as Error).message);
    process.exit(2);
  }
}

const wanted = options();
if (wanted === 'help') {
  console.log(USAGE);
} else {
  const result = await torture(wanted, (line) => console.log(line));
  report(result);
  const { kind = null } = result.violation ?? {};
  console.log(
    JSON.stringify({ name: 'torture', seed: wanted.seed, ...result.tally.figures, violation: kind }),
  );
  process.exit(result.violation === undefined ? 0 : 1);
}
