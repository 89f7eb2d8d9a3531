import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from '../http/request-body.js';
import { methodNotAllowed, sendText } from '../http/responses.js';
import type { Maintenance, MaintenanceOutcome } from '../agents/maintenance.js';
import type { MachineId } from '../agents/machines.js';
import type { MasterState } from '../state/master-state.js';
import { isLetIn } from './guard.js';
import { parseJson, readMachines, readSchedule } from './maintenance-requests.js';

/** What one path does for each method that it knows. */
interface Resource {
  readonly get?: () => unknown;
  readonly post?: (document: unknown) => Promise<MaintenanceOutcome>;
}

/** `/maintenance/schedule`, `/maintenance/status`, `/machine/down` and `/machine/up` (C§21.5, C§24.1). */
export class MaintenanceEndpoint {
  private readonly resources: Readonly<Record<string, Resource>>;

  constructor(
    private readonly state: MasterState,
    maintenance: Maintenance,
  ) {
    this.resources = {
      '/maintenance/schedule': {
        get: () => scheduleView(maintenance),
        post: (document) => replaceSchedule(maintenance, document),
      },
      '/maintenance/status': { get: () => maintenance.status() },
      '/machine/down': {
        post: (document) => changeMachines(document, (machines) => maintenance.startMaintenance(machines)),
      },
      '/machine/up': {
        post: (document) => changeMachines(document, (machines) => maintenance.stopMaintenance(machines)),
      },
    };
  }

  /** Answers a path without its `/master` prefix; false when it is none of ours. */
  async handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<boolean> {
    const resource = this.resources[url.pathname];
    if (resource === undefined) return false;
    if (!isLetIn(this.state, request, response)) return true;
    if (request.method === 'GET' && resource.get !== undefined) {
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify(resource.get()));
    } else if (request.method === 'POST' && resource.post !== undefined) {
      await this.post(request, response, resource.post);
    } else {
      const methods = [...(resource.get ? ['GET'] : []), ...(resource.post ? ['POST'] : [])];
      methodNotAllowed(request, response, methods.join(', '));
    }
    return true;
  }

  private async post(
    request: IncomingMessage,
    response: ServerResponse,
    act: NonNullable<Resource['post']>,
  ): Promise<void> {
    const body = await readBody(request, this.state.options.maxRequestBytes);
    if (body.kind === 'refused') {
      sendText(response, body.status, body.body);
      return;
    }
    const parsed = parseJson(body.text);
    const outcome = parsed.ok ? await act(parsed.document) : parsed;
    if (outcome.ok) sendText(response, 200, '');
    else sendText(response, 400, outcome.error);
  }
}

/** The schedule as the reference shows it: no windows, no member. */
export function scheduleView({ windows }: Maintenance): Record<string, unknown> {
  return windows.length === 0 ? {} : { windows };
}

export async function replaceSchedule(
  maintenance: Maintenance,
  document: unknown,
): Promise<MaintenanceOutcome> {
  const parsed = readSchedule(document);
  return parsed.ok ? maintenance.replace(parsed.windows) : parsed;
}

/** Takes machines down or up. */
export async function changeMachines(
  document: unknown,
  change: (machines: readonly MachineId[]) => Promise<MaintenanceOutcome>,
): Promise<MaintenanceOutcome> {
  const parsed = readMachines(document);
  return parsed.ok ? change(parsed.machines) : parsed;
}
