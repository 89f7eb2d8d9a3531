import type { Artifact, DockerOptions, Network, PortDefinition, PortMapping } from './app-definition.js';
import { accepted, contradiction, type Result } from '../result.js';
import type { DefinitionSettings } from '../settings.js';
import { namesArchive } from '../uri.js';
import type { AppFields, CanonicalContainer } from './canonical-app.js';
import type { SubmittedApp, SubmittedContainerInput, SubmittedIpAddress } from './schema/app-schema.js';

/**
 * Translates deprecated keys into the ones that replaced them (`spec/definitions.md` §7.4 steps 1 to 5c). Expects a body
 * that passed phase L; what that phase cannot see and the legacy server answered with 500 is refused here (§16 no. 13).
 */
export function translateLegacy(app: SubmittedApp, settings: DefinitionSettings): Result<AppFields> {
  const { container: submittedContainer, ports, uris, ipAddress, fetch = [] } = app;
  if (
    submittedContainer === undefined &&
    ports === undefined &&
    uris === undefined &&
    ipAddress === undefined
  ) {
    return accepted(app as AppFields);
  }
  const networks = translateNetworks(app, settings);
  if (!networks.ok) return networks;
  const container = translateContainer(app);
  if (!container.ok) return container;
  return accepted({
    ...app,
    networks: networks.value,
    container: container.value,
    portDefinitions: app.portDefinitions ?? ports?.map(fromPort),
    fetch: fetch.length === 0 && uris !== undefined && uris.length > 0 ? uris.map(fromUri) : app.fetch,
  });
}

function fromPort(port: number): PortDefinition {
  return { port, protocol: 'tcp' };
}

function fromUri(uri: string): Artifact {
  return { uri, extract: namesArchive(uri), executable: false, cache: false };
}

function translateNetworks(
  app: SubmittedApp,
  settings: DefinitionSettings,
): Result<readonly Network[] | undefined> {
  if (app.networks !== undefined && app.networks.length > 0) return accepted(app.networks);
  const { ipAddress } = app;
  switch (app.container?.docker?.network) {
    case 'NONE':
      return contradiction('unsupported docker network type NONE');
    case 'HOST':
      return accepted([{ mode: 'host' }]);
    case 'BRIDGE':
      return accepted([{ mode: 'container/bridge', labels: ipAddress?.labels }]);
    case 'USER':
      return accepted([{ mode: 'container', name: ipAddress?.networkName, labels: ipAddress?.labels }]);
    case undefined:
      return accepted(ipAddress === undefined ? app.networks : [fromIpAddress(ipAddress, settings)]);
  }
}

function fromIpAddress(ipAddress: SubmittedIpAddress, settings: DefinitionSettings): Network {
  const { networkName, labels } = ipAddress;
  return networkName === settings.mesosBridgeName
    ? { mode: 'container/bridge', labels }
    : { mode: 'container', name: networkName, labels };
}

function translateContainer(app: SubmittedApp): Result<CanonicalContainer | undefined> {
  const submitted = app.container ?? (app.ipAddress && { type: 'MESOS', volumes: [] });
  if (submitted === undefined) return accepted(undefined);
  const mappings = translateMappings(submitted, app.ipAddress);
  if (!mappings.ok) return mappings;
  const { docker, ...rest } = submitted;
  return accepted({
    ...rest,
    docker: docker && modernDocker(docker),
    portMappings: mappings.value,
  });
}

function modernDocker(docker: NonNullable<SubmittedContainerInput['docker']>): DockerOptions {
  const { credential: _credential, network: _network, portMappings: _mappings, ...modern } = docker;
  return modern;
}

function translateMappings(
  container: SubmittedContainerInput,
  ipAddress: SubmittedIpAddress | undefined,
): Result<readonly PortMapping[] | undefined> {
  const modern = container.portMappings;
  const legacy = container.docker?.portMappings;
  if (modern !== undefined && legacy !== undefined && legacy.length > 0) {
    return contradiction('cannot specify both portMappings and docker.portMappings');
  }
  const mappings = modern ?? legacy;
  const discovered = ipAddress?.discovery?.ports ?? [];
  if (container.type !== 'MESOS' || discovered.length === 0) return accepted(mappings);
  if (mappings !== undefined) {
    return contradiction('container.portMappings and ipAddress.discovery.ports must not both be set');
  }
  return accepted(
    discovered.map(({ number, name, protocol, labels }) => ({
      containerPort: number,
      servicePort: 0,
      name,
      protocol,
      labels,
    })),
  );
}
