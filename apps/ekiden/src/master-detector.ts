import { readFileSync } from 'node:fs';
import type { Configuration } from '#configuration';
import { UrlListDetector, ZooKeeperDetector, type Authentication, type MasterDetector } from '#mesos';
import type { Logger } from '#observability';
import { parseZooKeeperUrl } from '#zookeeper';

/** How the Mesos master is found (`spec/mesos-client.md` §5); `localUrl` is that of the cluster beside this process. */
export function detectorFor(
  { master, zkSessionTimeoutMs }: Configuration,
  localUrl: string | undefined,
  logger: Logger,
): MasterDetector {
  if (localUrl === undefined && master.kind === 'zookeeper') {
    const parsed = parseZooKeeperUrl(master.url);
    if (!parsed.ok) throw new Error(`the address of the Mesos masters is wrong: ${parsed.error}`);
    return new ZooKeeperDetector({
      address: parsed.address,
      sessionTimeoutMs: zkSessionTimeoutMs,
      scheme: master.tls ? 'https' : 'http',
      preferHostname: master.preferHostname,
      logger,
    });
  }
  const urls = localUrl === undefined ? (master.kind === 'remote' ? master.urls : []) : [localUrl];
  const [first, ...others] = urls.map((url) => new URL(url));
  if (first === undefined) throw new Error('no Mesos master is configured');
  return new UrlListDetector([first, ...others]);
}

/** What the framework authenticates with; a secret from a file is read again when the master refuses it. */
export function authenticationOf(configuration: Configuration): Authentication | undefined {
  const { mesosAuthentication, mesosAuthenticationPrincipal: principal } = configuration;
  if (!mesosAuthentication || principal === undefined) return undefined;
  const { mesosAuthenticationSecret: secret, mesosAuthenticationSecretFile: file } = configuration;
  if (file === undefined) return { principal, secret: secret ?? '' };
  return { principal, secret: () => readFileSync(file, 'utf8').replace(/\r?\n$/, '') };
}
