import type { Configuration } from '../configuration.js';
import type { Findings } from '../sources/setting.js';
import { isLoopback } from './is-loopback.js';

/** Flags that mean nothing but with a log that several nodes share and an election. */
const ELECTION_FLAGS = [
  'zk',
  'election_path',
  'zk_strict_suspend',
  'leader_wait_timeout',
  'standby_reads',
  'standby_serves_nothing',
  'leader_proxy_connection_timeout',
  'leader_proxy_read_timeout',
  'leader_proxy_max_open_connections',
  'leader_proxy_ssl_ignore_hostname',
  'tls_ca',
];

/** What nodes need when they speak TLS to each other. */
const SECURE_HOP_FLAGS = ['leader_proxy_ssl_ignore_hostname', 'tls_ca'];

/** Whether nodes elect a leader: where they share a log, unless that is switched off (`spec/operations.md` §6). */
export const hasElection = ({ eventLog, ha }: Pick<Configuration, 'eventLog' | 'ha'>): boolean =>
  eventLog.kind === 'kafka' && ha;

/** What is allowed but useless or unsafe where nodes find each other by an election, and where they do not. */
export function warnOfCluster(
  configuration: Configuration,
  isSet: (flagName: string) => boolean,
  findings: Findings,
): void {
  if (!hasElection(configuration)) {
    for (const name of ELECTION_FLAGS.filter(isSet))
      findings.warn(`\`--${name}\` is not used: this node leads without an election`);
    return;
  }
  if (!configuration.disableHttp) {
    for (const name of SECURE_HOP_FLAGS.filter(isSet))
      findings.warn(
        `\`--${name}\` is not used: nodes speak plain HTTP to each other without \`--disable_http\``,
      );
  }
  warnOfReach(configuration, findings);
  if (configuration.httpCredentials !== undefined && !/^zk:\/\/[^/]*@/.test(configuration.zk)) {
    findings.warn(
      '`--http_credentials` with a `--zk` without `user:password@`: whoever reaches ZooKeeper can name himself the ' +
        'leader and is sent the password',
    );
  }
}

/** What a node announces is the address of its plain listener, or of the other one where that is closed. */
function warnOfReach(
  { disableHttp, httpAddress, httpsAddress = httpAddress, hostname }: Configuration,
  findings: Findings,
): void {
  const address = disableHttp ? httpsAddress : httpAddress;
  if (!isLoopback(address) && !isLoopback(hostname) && hostname !== 'localhost') return;
  findings.warn(
    'other machines cannot reach this node: set ' +
      `\`--${disableHttp && isLoopback(address) ? 'https_address' : 'http_address'}\` and \`--hostname\``,
  );
}
