import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Where Debian's package `zookeeper` puts the server; its manifest names all that it needs. */
export const ZOOKEEPER_JAR = '/usr/share/java/zookeeper.jar';

/** In CI a missing service is a failure: its tests run, and say what they miss. */
const isCi = process.env['CI'] === 'true';

const hasJava = spawnSync('java', ['-version'], { stdio: 'ignore' }).status === 0;

/** What is missing to start a real ZooKeeper; nothing if it can be started. */
export const missingForZooKeeper: string | undefined = !hasJava
  ? 'java is missing (Debian package default-jre-headless)'
  : existsSync(ZOOKEEPER_JAR)
    ? undefined
    : `${ZOOKEEPER_JAR} is missing (Debian package zookeeper)`;

/** For `describe.runIf`: tests of a real ZooKeeper are skipped by name where it is missing, except in CI. */
export const hasZooKeeper = isCi || missingForZooKeeper === undefined;
