/**
 * `npm run fuzz -- [--minutes M] [--seed S] [--path P] [NAME]`: fuzzes the parsers for longer than `npm test` does
 * (docs/fuzzing.md). Goes round all properties, or those whose test has NAME in its title or file, each with a seed of its
 * own, until the time is up or one fails. `--path` shows one failure again.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { prepare, root } from './prepare.mjs';

/** For each property in each round. */
const SECONDS = 10;

const HELP = `Fuzzes the parsers for longer than npm test does (docs/fuzzing.md).

  npm run fuzz -- [--minutes M] [--seed S] [--path P] [NAME]

  NAME          only properties with this in the title of their test, or in their file
  --minutes M   goes round all properties for so long (default 10), or until one fails
  --seed S      the seed of the first round (default: another one each time)
  --path P      shows one failure again: the path that stood beside its seed
  --help        prints this`;

const { values, positionals } = readArguments();
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const minutes = Number(values.minutes);
const firstSeed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
if (!(minutes > 0) || !Number.isSafeInteger(firstSeed) || positionals.length > 1) {
  console.error(HELP);
  process.exit(2);
}

prepare();
const [name] = positionals;
const endMs = Date.now() + minutes * 60_000;
let rounds = 0;
for (let seed = firstSeed; rounds === 0 || (values.path === undefined && Date.now() < endMs); seed += 1) {
  const leftSeconds = Math.max(1, (endMs - Date.now()) / 1000);
  console.log(`fuzz: seed ${seed}, ${Math.ceil(leftSeconds / 60)} min left`);
  const status = round(seed, Math.min(SECONDS, leftSeconds));
  if (status !== 0) {
    const which = name === undefined ? 'NAME' : `'${name}'`;
    console.error(`fuzz: failed; once more: npm run fuzz -- --seed ${seed} --path PATH ${which}`);
    console.error('fuzz: PATH stands beside the seed above, NAME is the title of the test');
    process.exit(status);
  }
  rounds += 1;
}
console.log(`fuzz: ${rounds} rounds from seed ${firstSeed} on, nothing found`);

/** Every property for so long; the exit code of the test run. */
function round(seed, seconds) {
  const env = { ...process.env, EKIDEN_FUZZ_SEED: String(seed) };
  if (values.path === undefined) env.EKIDEN_FUZZ_SECONDS = String(seconds);
  else env.EKIDEN_FUZZ_PATH = values.path;
  const files = fuzzSpecs().filter((file) => name !== undefined && file.includes(name));
  const selection = files.length > 0 ? files : ['.fuzz.spec.ts', ...(name === undefined ? [] : ['-t', name])];
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const reporter = ['--reporter', 'default', '--project', 'unit'];
  const { status } = spawnSync(process.execPath, [vitest, 'run', ...reporter, ...selection], {
    cwd: root,
    env,
    stdio: 'inherit',
  });
  return status ?? 1;
}

/** Paths of all fuzz specs, from the root of the project. */
function fuzzSpecs() {
  return ['libs', 'apps'].flatMap((folder) =>
    readdirSync(join(root, folder)).flatMap((part) => {
      const sources = join(folder, part, 'src');
      if (!existsSync(join(root, sources))) return [];
      return readdirSync(join(root, sources), { recursive: true })
        .filter((file) => file.endsWith('.fuzz.spec.ts'))
        .map((file) => join(sources, file));
    }),
  );
}

function readArguments() {
  try {
    return parseArgs({
      options: {
        minutes: { type: 'string', default: '10' },
        seed: { type: 'string' },
        path: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
      allowPositionals: true,
    });
  } catch (error) {
    console.error(`${error.message}\n\n${HELP}`);
    return process.exit(2);
  }
}
