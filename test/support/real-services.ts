import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './ekiden-process.js';

/** Where Debian's package `zookeeper` puts the server; its manifest names all that it needs. */
export const ZOOKEEPER_JAR = '/usr/share/java/zookeeper.jar';

/** In CI a missing service is a failure: its tests run, and say what they miss. */
const isCi = process.env['CI'] === 'true';

/** Brokers of the 4.x line need it. */
const OLDEST_JAVA = 17;

const hasJava = javaMajor() >= OLDEST_JAVA;

/** What is missing to start a real ZooKeeper; nothing if it can be started. */
export const missingForZooKeeper: string | undefined = !hasJava
  ? `java ${OLDEST_JAVA} or newer is missing (Debian package default-jre-headless)`
  : existsSync(ZOOKEEPER_JAR)
    ? undefined
    : `${ZOOKEEPER_JAR} is missing (Debian package zookeeper)`;

/** For `describe.runIf`: tests of a real ZooKeeper are skipped by name where it is missing, except in CI. */
export const hasZooKeeper = isCi || missingForZooKeeper === undefined;

/** The lines of Kafka that Ekiden is tested with. */
export type KafkaLine = '3.9' | '4';

/** The release that stands for each line. */
export const KAFKA_VERSIONS = JSON.parse(
  readFileSync(join(projectRoot, 'scripts/kafka-versions.json'), 'utf8'),
) as Readonly<Record<KafkaLine, string>>;

/** Where `scripts/prepare-kafka.mjs` puts the jars of a line. */
export function kafkaDirectory(line: KafkaLine): string {
  return join(projectRoot, 'node_modules/.cache/ekiden', `kafka-${KAFKA_VERSIONS[line]}`);
}

/** What is missing to start a real Kafka of each line; nothing if it can be started. */
export const missingForKafka: string | undefined = !hasJava
  ? `java ${OLDEST_JAVA} or newer is missing (Debian package default-jre-headless)`
  : Object.keys(KAFKA_VERSIONS).every((line) => existsSync(kafkaDirectory(line as KafkaLine)))
    ? undefined
    : 'Kafka is missing (run node scripts/prepare-kafka.mjs)';

/** For `describe.runIf`: tests of a real Kafka are skipped by name where it is missing, except in CI. */
export const hasKafka = isCi || missingForKafka === undefined;

/** The major version of the Java in the path; 0 if there is none. */
function javaMajor(): number {
  const { stderr } = spawnSync('java', ['-version'], { encoding: 'utf8' });
  return Number(/version "(?<major>\d+)/.exec(stderr ?? '')?.groups?.['major'] ?? 0);
}
