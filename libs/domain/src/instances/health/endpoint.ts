import { portRequestsOf } from '../../launching/task-builder/port-assignments.js';
import type { Instance } from '../instance.js';

/** Where a probe goes. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** One declared port of an instance: at its agent if it got a host port, otherwise inside its container. */
interface AssignedPort {
  readonly name: string | undefined;
  readonly hostPort: number | undefined;
  readonly containerPort: number | undefined;
}

/**
 * Where a check that Ekiden runs finds the instance, `undefined` while that is not known (`spec/scheduling.md` §5.2):
 * a given port is taken as it is; otherwise address and port come from the same assignment (D11), the first one unless
 * the check names another.
 */
export function checkEndpoint(
  instance: Instance,
  { port, portIndex = 0 }: { readonly port?: number; readonly portIndex?: number },
): Endpoint | undefined {
  if (port !== undefined) return endpoint(ownHostOf(instance), port);
  return endpointOf(instance, assignedPortsOf(instance)[portIndex]);
}

/** Where the port of this name is found (`spec/scheduling.md` §6). */
export function namedEndpoint(instance: Instance, portName: string): Endpoint | undefined {
  return endpointOf(
    instance,
    assignedPortsOf(instance).find(({ name }) => name === portName),
  );
}

function endpointOf(instance: Instance, assigned: AssignedPort | undefined): Endpoint | undefined {
  if (assigned?.hostPort !== undefined) return endpoint(instance.agent?.host, assigned.hostPort);
  return endpoint(containerAddressOf(instance), assigned?.containerPort);
}

function endpoint(host: string | undefined, port: number | undefined): Endpoint | undefined {
  return host === undefined || port === undefined ? undefined : { host, port };
}

function ownHostOf(instance: Instance): string | undefined {
  const hasOwnAddress = instance.app.networks.some(({ mode }) => mode === 'container');
  return hasOwnAddress ? containerAddressOf(instance) : instance.agent?.host;
}

const containerAddressOf = ({ task }: Instance): string | undefined => task?.ipAddresses[0]?.ipAddress;

/** The declared ports in order. Tasks record the host ports alone, in the same order. */
function assignedPortsOf({ app, task }: Instance): AssignedPort[] {
  const mappings = app.container?.portMappings;
  let next = 0;
  return portRequestsOf(app).map((request, index) => {
    const hostPort = request === undefined ? undefined : task?.hostPorts[next++];
    const containerPort = mappings?.[index]?.containerPort;
    return {
      name: (mappings ?? app.portDefinitions)?.[index]?.name,
      hostPort,
      containerPort: containerPort === 0 ? undefined : containerPort,
    };
  });
}
