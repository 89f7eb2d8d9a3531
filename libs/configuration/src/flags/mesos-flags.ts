import {
  choiceType,
  integerType,
  millisecondsType,
  pathType,
  secondsType,
  textType,
  toggleType,
  urlType,
} from '../values/basic-types.js';
import { masterType, type MasterAddress } from '../values/master-address.js';
import { flag, quantity } from './flag.js';

const LOCAL: MasterAddress = {
  kind: 'local',
  agents: 1,
  resources: undefined,
  attributes: undefined,
  domains: undefined,
  port: undefined,
  agentPingTimeoutMs: undefined,
  maxAgentPingTimeouts: undefined,
  agentReregisterTimeoutMs: undefined,
  testApi: false,
  text: 'local',
};

const networkNameType = textType(
  'a network name of lower-case letters, digits, `-` and `_`, at most 63 characters',
  (text) => /^[a-z0-9]([-a-z0-9_]{0,61}[a-z0-9])?$/.test(text),
  'NAME',
);

/** A principal or secret goes into a basic-authentication header, where a colon would end it. */
const withoutColonType = textType(
  'a text without a colon',
  (text) => text !== '' && !text.includes(':'),
  'TEXT',
);

/** Mesos and framework (`spec/operations.md §9.2`). */
export const mesosFlags = {
  master: flag(
    masterType,
    'Mesos masters as zk://host1:2181,host2:2181/mesos (with `?tls=true` over https), as a list of host:port or ' +
      'http:// addresses, or in the first line of file:///path; or `local` for a cluster on this machine, also ' +
      '`local://?agents=2&resources=cpus:4;mem:8192&attributes=rack:r1|rack:r2&domain=eu/z1`, where attributes and ' +
      'fault domains are one for all agents or one for each. Unless resources are given, the local cluster offers ' +
      'four times the processors of the machine.',
    { default: LOCAL },
  ),
  mesos_leader_ui_url: flag(
    urlType,
    'Fixed address of the Mesos UI for /v2/info and links; found out when not given.',
  ),
  failover_timeout: quantity(
    secondsType,
    'seconds',
    'Time that Mesos waits for a returning scheduler before it kills all tasks.',
    { default: 604_800 },
  ),
  checkpoint: flag(toggleType, 'Agents persist the state of tasks, so that tasks survive agent restarts.', {
    default: true,
  }),
  framework_name: flag(textType(), 'Name to register with Mesos.', { default: 'marathon' }),
  mesos_user: flag(textType(), 'Default user of tasks and user of the framework.', {
    default: (machine) => machine.userName,
  }),
  mesos_role: flag(
    textType(
      'a Mesos role: `*`, or a text without blanks, `/` and `\\` that does not start with `-` and is not `.` or `..`',
      (text) => text === '*' || (/^[^\s/\\*-][^\s/\\*]*$/.test(text) && text !== '.' && text !== '..'),
      'ROLE',
    ),
    'Default role of services, and a role that the framework subscribes to.',
    { default: '*' },
  ),
  hostname: flag(
    textType('a host name or address', (text) => /^[^\s/]+$/.test(text), 'HOST'),
    'Address announced to Mesos and shown as the leader.',
    { default: (machine) => machine.hostname },
  ),
  webui_url: flag(
    urlType,
    'Address of the web UI registered with Mesos; http://hostname:port when not given.',
  ),
  mesos_authentication: flag(toggleType, 'Authenticate the framework with principal and secret.', {
    default: false,
  }),
  mesos_authentication_principal: flag(withoutColonType, 'Principal of the framework.'),
  mesos_authentication_secret: flag(withoutColonType, 'Secret of the principal; better kept in a file.', {
    secret: true,
  }),
  mesos_authentication_secret_file: flag(pathType, 'File with the secret of the principal.', {
    fileOf: 'mesos_authentication_secret',
  }),
  mesos_heartbeat_interval: quantity(
    millisecondsType(1),
    'ms',
    'Unit of the connection watchdog: silence of this length times the threshold counts as a lost connection.',
    { default: 15_000, treatment: 'map', hidden: true },
  ),
  mesos_heartbeat_failure_threshold: flag(
    integerType(1),
    'Missed intervals until the connection counts as lost.',
    {
      default: 5,
      treatment: 'map',
      hidden: true,
    },
  ),
  executor: flag(choiceType('//cmd'), 'Executor of services that name none; only the command executor.', {
    default: '//cmd',
  }),
  env_vars_prefix: flag(
    textType(
      'the start of a variable name: letters, digits and `_`',
      (text) => /^[A-Za-z_]\w*$/.test(text),
      'PREFIX',
    ),
    'Prefix of injected variables such as PORT0 and HOST.',
  ),
  mesos_bridge_name: flag(networkNameType, 'CNI network that stands for bridge mode.', {
    default: 'mesos-bridge',
  }),
  default_network_name: flag(networkNameType, 'Name for container networks without one.'),
};
