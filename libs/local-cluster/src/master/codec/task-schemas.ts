import {
  bool,
  bytes,
  double,
  enumOf,
  integer,
  limit,
  mapOf,
  message,
  repeated,
  required,
  string,
  type Field,
  type MessageSchema,
} from './schema.js';
import { container, secret } from './container-schemas.js';
import { duration, identifier, labels } from './primitive-schemas.js';
import { resource } from './resource-schema.js';

/** What is to run: commands, checks, tasks and executors (C§12). */
const uri: MessageSchema = {
  value: required(string),
  executable: bool,
  extract: bool,
  cache: bool,
  output_file: string,
};
const variable: MessageSchema = {
  name: required(string),
  type: enumOf('VALUE', 'SECRET'),
  value: string,
  secret,
};
const environment: MessageSchema = { variables: repeated(message(() => variable)) };
const commandSchema: MessageSchema = {
  uris: repeated(message(() => uri)),
  environment: message(() => environment),
  shell: bool,
  value: string,
  arguments: repeated(string),
  user: string,
};
const command: Field = message(() => commandSchema);

const checkKind = enumOf('COMMAND', 'HTTP', 'TCP');
const ipProtocol = enumOf('IPv4', 'IPv6');
const healthCheckHttp: MessageSchema = {
  protocol: ipProtocol,
  scheme: string,
  port: required(integer),
  path: string,
  statuses: repeated(integer),
};
const healthCheckTcp: MessageSchema = { protocol: ipProtocol, port: required(integer) };
const healthCheck: MessageSchema = {
  type: checkKind,
  delay_seconds: double,
  interval_seconds: double,
  timeout_seconds: double,
  consecutive_failures: integer,
  grace_period_seconds: double,
  command,
  http: message(() => healthCheckHttp),
  tcp: message(() => healthCheckTcp),
};

const checkCommand: MessageSchema = { command: required(command) };
const checkHttp: MessageSchema = { port: required(integer), path: string };
const checkTcp: MessageSchema = { port: required(integer) };
const check: MessageSchema = {
  type: checkKind,
  command: message(() => checkCommand),
  http: message(() => checkHttp),
  tcp: message(() => checkTcp),
  delay_seconds: double,
  interval_seconds: double,
  timeout_seconds: double,
};

const visibility = enumOf('FRAMEWORK', 'CLUSTER', 'EXTERNAL');
const discoveryPort: MessageSchema = {
  number: required(integer),
  name: string,
  protocol: string,
  visibility,
  labels,
};
const discoveryPorts: MessageSchema = { ports: repeated(message(() => discoveryPort)) };
const discovery: MessageSchema = {
  visibility: required(visibility),
  name: string,
  environment: string,
  location: string,
  version: string,
  ports: message(() => discoveryPorts),
  labels,
};

const killPolicySchema: MessageSchema = { grace_period: duration };
export const killPolicy: Field = message(() => killPolicySchema);

const executorSchema: MessageSchema = {
  type: enumOf('DEFAULT', 'CUSTOM'),
  executor_id: required(identifier),
  framework_id: identifier,
  command,
  container,
  resources: repeated(resource),
  name: string,
  source: string,
  data: bytes,
  discovery: message(() => discovery),
  shutdown_grace_period: duration,
  labels,
};
export const executor: Field = message(() => executorSchema);

const limitValue: MessageSchema = { value: required(limit) };
const taskSchema: MessageSchema = {
  name: required(string),
  task_id: required(identifier),
  agent_id: required(identifier),
  resources: repeated(resource),
  executor,
  command,
  container,
  health_check: message(() => healthCheck),
  check: message(() => check),
  kill_policy: killPolicy,
  data: bytes,
  labels,
  discovery: message(() => discovery),
  max_completion_time: duration,
  limits: mapOf(message(() => limitValue)),
};
export const task: Field = message(() => taskSchema);
