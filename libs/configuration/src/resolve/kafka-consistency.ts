import type { Configuration } from '../configuration.js';
import { kafkaFlags } from '../flags/kafka-flags.js';
import type { Findings } from '../sources/setting.js';

const NAMES = Object.keys(kafkaFlags);
const TLS_FLAGS = ['kafka_tls_ca', 'kafka_tls_cert', 'kafka_tls_key'] as const;

/** Rules over the flags of the brokers: what belongs together, and what is of no use alone. */
export function checkKafka(
  configuration: Configuration,
  isSet: (flagName: string) => boolean,
  findings: Findings,
): void {
  const { eventLog, kafkaTls, kafkaSaslMechanism } = configuration;
  for (const name of TLS_FLAGS) {
    if (isSet(name) && !kafkaTls) findings.problem(`\`--${name}\` needs \`--kafka_tls\``);
  }
  if (isSet('kafka_tls_cert') !== isSet('kafka_tls_key')) {
    findings.problem('`--kafka_tls_cert` and `--kafka_tls_key` need each other');
  }
  checkLogin(configuration, isSet, findings);
  if (eventLog.kind !== 'kafka') {
    for (const name of NAMES.filter(isSet))
      findings.warn(`\`--${name}\` is not used: the event log is not on Kafka (\`--event_log kafka://…\`)`);
  }
  if (kafkaSaslMechanism === 'plain' && !kafkaTls) {
    findings.warn(
      '`--kafka_sasl_mechanism plain` without `--kafka_tls`: the password crosses the network unencrypted',
    );
  }
  if (isSet('kafka_sasl_password')) {
    findings.warn('`--kafka_sasl_password` can be seen by others; use `--kafka_sasl_password_file`');
  }
  if (eventLog.kind === 'kafka' && configuration.kafkaReplicationFactor < 3 && configuration.ha) {
    findings.warn(
      `\`--kafka_replication_factor ${configuration.kafkaReplicationFactor}\`: the log does not survive the loss of a broker's disk`,
    );
  }
}

function checkLogin(
  { kafkaSaslMechanism }: Configuration,
  isSet: (flagName: string) => boolean,
  findings: Findings,
): void {
  const hasPassword = isSet('kafka_sasl_password') || isSet('kafka_sasl_password_file');
  if (kafkaSaslMechanism === undefined) {
    if (isSet('kafka_sasl_username') || hasPassword)
      findings.problem('`--kafka_sasl_username` and its password need `--kafka_sasl_mechanism`');
    return;
  }
  if (!isSet('kafka_sasl_username'))
    findings.problem('`--kafka_sasl_mechanism` needs `--kafka_sasl_username`');
  if (!hasPassword) findings.problem('`--kafka_sasl_mechanism` needs `--kafka_sasl_password_file`');
}
