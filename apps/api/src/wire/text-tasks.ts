import { servicePortsOf, type AppDefinition, type Instance, type PortMapping } from '#domain';

/** An app with the instances to list. */
export interface AppTasks {
  readonly app: AppDefinition;
  readonly instances: readonly Instance[];
}

/**
 * The tab-separated task list that proxy generators read (`spec/rest-api.md` §8.4): one line per app and service
 * port, one column per running instance, every column followed by a tab.
 *
 * @param containerNetworks names of networks whose container addresses may be printed; `*` for all.
 */
export function writeTextTasks(apps: readonly AppTasks[], containerNetworks: readonly string[]): string {
  return apps.map((entry) => appLines(entry, containerNetworks)).join('');
}

function appLines({ app, instances }: AppTasks, containerNetworks: readonly string[]): string {
  const name = app.id.slice(1).replaceAll('/', '_');
  const running = instances.filter(({ condition }) => condition === 'Running');
  const servicePorts = servicePortsOf(app);
  if (servicePorts.length === 0) return line(name, ' ', running.map(hostOf));
  return servicePorts
    .map((servicePort, index) => {
      const endpoints = running.flatMap((instance) => {
        const endpoint = endpointOf(instance, index, containerNetworks);
        return endpoint === undefined ? [] : [endpoint];
      });
      return line(name, String(servicePort), endpoints);
    })
    .join('');
}

const line = (name: string, servicePort: string, columns: readonly string[]): string =>
  `${[name, servicePort, ...columns].join('\t')}\t\n`;

const hostOf = ({ agent }: Instance): string => agent?.host ?? 'unknown';

/** Where an instance serves its n-th service port, if it can be reached. The instance's own definition decides. */
function endpointOf(
  instance: Instance,
  index: number,
  containerNetworks: readonly string[],
): string | undefined {
  const { app, task } = instance;
  const mappings = app.container?.portMappings ?? [];
  const mapping = mappings[index];
  if (mapping !== undefined && mapping.hostPort === undefined) {
    const address = task?.ipAddresses[0]?.ipAddress;
    return address !== undefined && isOnNetwork(app, mapping, containerNetworks)
      ? `${address}:${mapping.containerPort}`
      : undefined;
  }
  const withoutHostPort = mappings.slice(0, index).filter(({ hostPort }) => hostPort === undefined).length;
  const hostPort = task?.hostPorts[index - withoutHostPort];
  return hostPort === undefined || hostPort === 0 ? undefined : `${hostOf(instance)}:${hostPort}`;
}

function isOnNetwork(app: AppDefinition, mapping: PortMapping, wanted: readonly string[]): boolean {
  if (wanted.includes('*')) return true;
  const own = app.networks.flatMap(({ name }) => (name === undefined ? [] : [name]));
  const names = mapping.networkNames ?? [];
  return (names.length === 0 ? own : names).some((name) => wanted.includes(name));
}
