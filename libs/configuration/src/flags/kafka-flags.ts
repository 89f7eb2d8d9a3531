import { choiceType, integerType, pathType, textType, toggleType } from '../values/basic-types.js';
import { flag } from './flag.js';

/** The brokers of a log on Kafka (`--event_log kafka://…`), and how they are reached. */
export const kafkaFlags = {
  kafka_replication_factor: flag(
    integerType(1, 100),
    'Copies that the topic of the event log is created with, and must have.',
    { default: 3 },
  ),
  kafka_tls: flag(toggleType, 'Speak TLS with the brokers.', { default: false }),
  kafka_tls_ca: flag(pathType, 'Certificate authorities of the brokers (PEM), instead of the system’s.'),
  kafka_tls_cert: flag(pathType, 'Certificate to show to the brokers (PEM).'),
  kafka_tls_key: flag(pathType, 'Key of that certificate (PEM).'),
  kafka_sasl_mechanism: flag(
    choiceType('plain', 'scram-sha-256', 'scram-sha-512'),
    'How to log in at the brokers.',
  ),
  kafka_sasl_username: flag(textType(), 'User to log in with.'),
  kafka_sasl_password: flag(textType(), 'Password of that user; better kept in a file.', { secret: true }),
  kafka_sasl_password_file: flag(pathType, 'File with the password of that user.', {
    fileOf: 'kafka_sasl_password',
  }),
};
