import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { LogOpenError, openKafkaEventLog, type KafkaTopicAddress } from '#event-log';
import { KafkaCluster, type KafkaOptions } from './support/kafka-cluster.js';
import { hasKafka } from './support/real-services.js';
import { temporaryDirectory } from './support/site.js';

type Access = Pick<KafkaTopicAddress, 'tls' | 'sasl'>;

const PLAIN_LOGIN =
  'org.apache.kafka.common.security.plain.PlainLoginModule required username="broker" password="b" ' +
  'user_broker="b" user_ekiden="secret";';

describe.runIf(hasKafka)('a Kafka cluster that does not let everybody in', () => {
  const undo: (() => Promise<void> | void)[] = [];
  afterEach(async () => {
    for (const step of undo.splice(0).toReversed()) await step();
  });

  it('takes the log of who logs in, with the rights that the documentation names', async () => {
    const cluster = await start({
      config: {
        'listener.security.protocol.map': 'CLIENT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT',
        'sasl.enabled.mechanisms': 'PLAIN',
        'sasl.mechanism.inter.broker.protocol': 'PLAIN',
        'listener.name.client.plain.sasl.jaas.config': PLAIN_LOGIN,
        'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
        'super.users': 'User:broker;User:ANONYMOUS',
      },
      client: { sasl: { mechanism: 'plain', username: 'broker', password: 'b' } },
    });
    await expect(roundTrip(cluster, loginOf('secret'))).rejects.toThrow(LogOpenError);
    allow(cluster, ['--topic', 'ekiden', ...operations('Read', 'Write', 'Create', 'DescribeConfigs')]);
    allow(cluster, ['--transactional-id', 'ekiden-log-ekiden', ...operations('Write', 'Describe')]);
    expect(await roundTrip(cluster, loginOf('secret'))).toBe(1);
    await expect(roundTrip(cluster, loginOf('wrong'))).rejects.toThrow(/authentication/i);
  });

  it('takes the log over TLS', async () => {
    const folder = temporaryFolder();
    const { store, certificate } = selfSigned(folder);
    const ca = readFileSync(certificate, 'utf8');
    const cluster = await start({
      config: {
        'listener.security.protocol.map': 'CLIENT:SSL,CONTROLLER:PLAINTEXT',
        'ssl.keystore.type': 'PEM',
        'ssl.keystore.location': store,
        'ssl.truststore.type': 'PEM',
        'ssl.truststore.location': certificate,
      },
      client: { ssl: { ca } },
    });
    expect(await roundTrip(cluster, { tls: { ca } })).toBe(1);
    await expect(roundTrip(cluster, { tls: {} })).rejects.toThrow(/self.signed certificate/i);
  });

  async function start(options: KafkaOptions): Promise<KafkaCluster> {
    const cluster = await KafkaCluster.start(options);
    undo.push(() => cluster.dispose());
    return cluster;
  }

  function temporaryFolder(): string {
    const folder = temporaryDirectory();
    undo.push(() => rmSync(folder, { recursive: true, force: true }));
    return folder;
  }

  /** Opens the log, and begins a term on it. */
  async function roundTrip({ brokers }: KafkaCluster, access: Access): Promise<number> {
    const log = await openKafkaEventLog({
      ...access,
      brokers,
      topic: 'ekiden',
      replicationFactor: 1,
      mirrorPath: join(temporaryFolder(), 'mirror.db'),
      node: 'test',
      onWarning: () => undefined,
      onLost: () => undefined,
    });
    try {
      return await log.claimEpoch();
    } finally {
      await log.close();
    }
  }

  /** Gives rights to `ekiden`, as an administrator would. */
  function allow({ brokers, classPath }: KafkaCluster, rights: readonly string[]): void {
    const login = join(temporaryFolder(), 'admin.properties');
    writeProperties(login, {
      'security.protocol': 'SASL_PLAINTEXT',
      'sasl.mechanism': 'PLAIN',
      'sasl.jaas.config': PLAIN_LOGIN,
    });
    const to = ['--bootstrap-server', brokers.join(','), '--command-config', login];
    const args = [...to, '--add', '--allow-principal', 'User:ekiden', ...rights];
    execFileSync('java', ['-cp', classPath, 'org.apache.kafka.tools.AclCommand', ...args], { stdio: 'pipe' });
  }
});

/** A new one each time: kafkajs keeps what it made of the password in it. */
const loginOf = (password: string): Access => ({
  sasl: { mechanism: 'plain', username: 'ekiden', password },
});

const operations = (...names: readonly string[]): string[] => names.flatMap((name) => ['--operation', name]);

function writeProperties(file: string, properties: Readonly<Record<string, string>>): void {
  writeFileSync(
    file,
    Object.entries(properties)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  );
}

/** A certificate of loopback that vouches for itself, and a store of it with its key, as brokers read it. */
function selfSigned(folder: string): { store: string; certificate: string } {
  const [store, key, certificate] = ['store.pem', 'key.pem', 'certificate.pem'].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const files = ['-keyout', key, '-out', certificate];
  const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject, ...files];
  execFileSync('openssl', args, { stdio: 'pipe' });
  writeFileSync(store, readFileSync(key, 'utf8') + readFileSync(certificate, 'utf8'));
  return { store, certificate };
}
