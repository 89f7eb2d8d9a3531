/**
 * `npm test`: installs what the tests need, compiles, then lints and runs every test. Arguments after `--` go to
 * vitest and skip the lint, for working on a single file.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { prepareKafka } from './prepare-kafka.mjs';
import { prepare, root, run } from './prepare.mjs';

/** Programs outside npm that tests start. */
const PROGRAMS = { python3: 'python3', curl: 'curl', unzip: 'unzip', xz: 'xz-utils', bzip2: 'bzip2' };

const OLDEST_JAVA = 17;

prepare();
checkPrograms();
checkServices();
const filters = process.argv.slice(2);
if (filters.length === 0) run('npm', ['run', '--silent', 'lint']);
run(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...filters]);

/** A missing program is said once and loudly; the tests that need it then fail by name. */
function checkPrograms() {
  for (const [program, debianPackage] of Object.entries(PROGRAMS)) {
    if (!isInstalled(program))
      console.error(
        `!!! ${program} is missing (Debian package ${debianPackage}); tests that use it will fail`,
      );
  }
}

/**
 * ZooKeeper and Kafka are big: where they cannot be had this is said once and loudly, and the tests that need them are
 * skipped by name. In CI nothing is skipped.
 */
function checkServices() {
  const missing = missingServices();
  if (missing.length === 0) return;
  const consequence =
    process.env.CI === 'true'
      ? 'in CI no test is skipped'
      : 'tests with a real ZooKeeper or Kafka are SKIPPED';
  console.error(`!!! ${missing.join(', ')}; ${consequence}`);
  if (process.env.CI === 'true') process.exit(1);
}

function missingServices() {
  const missing = [];
  if (javaMajor() < OLDEST_JAVA)
    missing.push(`java ${OLDEST_JAVA} or newer is missing (Debian package default-jre-headless)`);
  if (!existsSync('/usr/share/java/zookeeper.jar'))
    missing.push('ZooKeeper is missing (Debian package zookeeper)');
  if (!isInstalled('mvn')) missing.push('mvn is missing (Debian package maven)');
  else for (const version of prepareKafka()) missing.push(`Kafka ${version} could not be fetched`);
  return missing;
}

/** The major version of the Java in the path; 0 if there is none. */
function javaMajor() {
  const { stderr } = spawnSync('java', ['-version'], { encoding: 'utf8' });
  return Number(/version "(?<major>\d+)/.exec(stderr ?? '')?.groups.major ?? 0);
}

function isInstalled(program) {
  return spawnSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' }).status === 0;
}
