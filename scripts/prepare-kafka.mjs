/**
 * Fetches the Kafka brokers that tests start, once for every version: their jars from Maven's central repository into
 * `node_modules/.cache/ekiden/kafka-VERSION`. Run by `npm test`, or alone with `node scripts/prepare-kafka.mjs`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './prepare.mjs';

const VERSIONS = Object.values(JSON.parse(readFileSync(join(root, 'scripts/kafka-versions.json'), 'utf8')));

const CACHE = join(root, 'node_modules/.cache/ekiden');

/** A mirror that is out of reach now and then is asked again. */
const ATTEMPTS = 3;

/**
 * Fetches what is not there yet.
 *
 * @returns the versions that could not be fetched; why was said on the error stream.
 */
export function prepareKafka() {
  return VERSIONS.filter((version) => !existsSync(directoryOf(version)) && !fetchKafka(version));
}

const directoryOf = (version) => join(CACHE, `kafka-${version}`);

function fetchKafka(version) {
  console.error(`Fetching Kafka ${version} for the tests (once; about 50 MB) …`);
  mkdirSync(CACHE, { recursive: true });
  const partial = `${directoryOf(version)}.${process.pid}.partial`;
  let output = '';
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const { status, stdout, error } = spawnSync('mvn', mavenArgs(version, partial), { encoding: 'utf8' });
    if (status === 0) {
      moveIntoPlace(partial, directoryOf(version));
      return true;
    }
    output = error?.message ?? stdout;
  }
  rmSync(partial, { recursive: true, force: true });
  console.error(`Kafka ${version} could not be fetched:\n${output.trim()}`);
  return false;
}

function mavenArgs(version, directory) {
  return [
    '--batch-mode',
    '--quiet',
    // What was not found a while ago may be there now.
    '--update-snapshots',
    '--file',
    join(root, 'scripts/kafka-pom.xml'),
    `-Dkafka.version=${version}`,
    `-DoutputDirectory=${directory}`,
    '-DincludeScope=runtime',
    'dependency:copy-dependencies',
  ];
}

/** Whoever is first wins; two runs may fetch at a time. */
function moveIntoPlace(partial, directory) {
  if (existsSync(directory)) rmSync(partial, { recursive: true });
  else renameSync(partial, directory);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href && prepareKafka().length > 0)
  process.exit(1);
