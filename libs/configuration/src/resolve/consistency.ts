import type { Configuration } from '../configuration.js';
import type { Findings } from '../sources/setting.js';
import { hasElection, warnOfCluster } from './cluster-warnings.js';
import { isLoopback } from './is-loopback.js';
import { checkKafka } from './kafka-consistency.js';
import { checkTls, hasTls } from './tls-consistency.js';

/** Rules over several flags (`spec/operations.md §9, §10.1`). `isSet` tells whether somebody set a flag, rightly or not. */
export function checkConsistency(
  configuration: Configuration,
  isSet: (flagName: string) => boolean,
  findings: Findings,
): void {
  checkConflicts(configuration, isSet, findings);
  checkElection(configuration, isSet, findings);
  checkKafka(configuration, isSet, findings);
  checkTls(configuration, isSet, findings);
  warnOfRisks(configuration, isSet, findings);
}

function checkConflicts(
  configuration: Configuration,
  isSet: (flagName: string) => boolean,
  findings: Findings,
): void {
  const { localPortMin, localPortMax } = configuration;
  if (localPortMin > localPortMax) {
    findings.problem(
      `\`--local_port_min\` (${localPortMin}) is above \`--local_port_max\` (${localPortMax})`,
    );
  }
  if (configuration.mesosAuthentication) {
    if (!isSet('mesos_authentication_principal')) {
      findings.problem('`--mesos_authentication` needs `--mesos_authentication_principal`');
    }
    if (!isSet('mesos_authentication_secret') && !isSet('mesos_authentication_secret_file')) {
      findings.problem('`--mesos_authentication` needs `--mesos_authentication_secret_file`');
    }
  }
  if (configuration.keepTasks && configuration.master.kind !== 'local') {
    findings.problem('`--keep_tasks` needs `--master local`: on a real Mesos tasks always go on');
  }
  if (configuration.httpEndpoints !== undefined && !takesCallbacks(configuration)) {
    findings.problem('`--http_endpoints` needs `--event_subscriber http_callback`');
  }
  if (configuration.internalStoreBackend === 'mem' && isSet('event_log')) {
    findings.problem('`--event_log` and `--internal_store_backend mem` exclude each other');
  }
}

/** Whether `/v2/eventSubscriptions` takes addresses (`spec/operations.md` §5). */
export const takesCallbacks = ({
  eventSubscriber,
  enableFeatures,
}: Pick<Configuration, 'eventSubscriber' | 'enableFeatures'>): boolean =>
  eventSubscriber === 'http_callback' || enableFeatures.includes('http_callbacks');

/** There is an election where there is a log that several nodes share (`spec/operations.md` §6). */
function checkElection(
  configuration: Configuration,
  isSet: (flagName: string) => boolean,
  findings: Findings,
): void {
  const { eventLog, ha, roles, master } = configuration;
  const isShared = eventLog.kind === 'kafka';
  if (ha && isSet('ha') && !isShared) {
    findings.problem(
      '`--ha` needs a log that several nodes share: set `--event_log kafka://host:port,…/topic`, or leave `--ha` away ' +
        'and have one node that leads at once',
    );
  }
  if (!roles.includes('scheduler') && !hasElection(configuration)) {
    findings.problem(
      '`--roles api` needs a log that it shares with other nodes, and the election to find the one that leads: set ' +
        '`--event_log kafka://host:port,…/topic`, and no `--disable_ha`',
    );
  }
  if (hasElection(configuration) && roles.includes('scheduler') && isOwn(master)) {
    findings.problem(
      `\`--master ${master.kind === 'local' ? 'local' : 'sim:'}\` starts a cluster that only this node knows, so that no other could take over its tasks: name ` +
        'a master that all nodes reach, or set `--disable_ha`',
    );
  }
  warnOfCluster(configuration, isSet, findings);
}

/** Whether the cluster starts with this node, and nobody else knows it. */
const isOwn = ({ kind }: Configuration['master']): boolean => kind === 'local' || kind === 'simulated';

function warnOfRisks(
  configuration: Configuration,
  isSet: (flagName: string) => boolean,
  findings: Findings,
): void {
  if (!configuration.checkpoint) {
    findings.warn('`--disable_checkpoint`: tasks die whenever their agent restarts');
  }
  if (isSet('mesos_authentication_secret')) {
    findings.warn(
      '`--mesos_authentication_secret` can be seen by others; use `--mesos_authentication_secret_file`',
    );
  }
  if (configuration.httpCredentials !== undefined) {
    if (!configuration.disableHttp) {
      findings.warn('`--http_credentials` over plain HTTP: the password crosses the network unencrypted');
    }
  } else warnOfOpenDoors(configuration, findings);
}

/** Clients with a certificate are known; anybody else who reaches a listener may do everything. */
function warnOfOpenDoors(configuration: Configuration, findings: Findings): void {
  const { disableHttp, httpAddress, httpsAddress = httpAddress, tlsClientCa } = configuration;
  const open: (readonly [flag: string, address: string])[] = [];
  if (!disableHttp) open.push(['http_address', httpAddress]);
  if (hasTls(configuration) && tlsClientCa === undefined) open.push(['https_address', httpsAddress]);
  for (const [flag, address] of open.filter((door) => !isLoopback(door[1]))) {
    findings.warn(
      `\`--${flag} ${address}\` without \`--http_credentials\`: whoever reaches this port ` +
        'can run commands on the cluster',
    );
  }
}
