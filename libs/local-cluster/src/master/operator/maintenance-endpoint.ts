import type { IncomingMessage, ServerResponse } from 'node:http';
import { authenticate } from '../http/authentication.js';
import { readBody } from '../http/request-body.js';
import { methodNotAllowed, sendText, unauthorized } from '../http/responses.js';
import type { MachineId, Maintenance, MaintenanceWindow } from '../agents/maintenance.js';
import type { MasterState } from '../state/master-state.js';

/** `GET` and `POST /maintenance/schedule` (C§21.5, C§24.1). */
export class MaintenanceEndpoint {
  constructor(
    private readonly state: MasterState,
    private readonly maintenance: Maintenance,
  ) {}

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { authenticateHttpReadonly, credentials, maxRequestBytes } = this.state.options;
    if (authenticateHttpReadonly && authenticate(request, credentials).kind !== 'allowed') {
      unauthorized(response, 'mesos-master-readwrite');
    } else if (request.headers.origin !== undefined) {
      // A page in a browser: operators' tools do not say where they come from.
      sendText(response, 403, '');
    } else if (request.method === 'GET') {
      const { windows } = this.maintenance;
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify(windows.length === 0 ? {} : { windows }));
    } else if (request.method === 'POST') {
      const body = await readBody(request, maxRequestBytes);
      if (body.kind === 'refused') sendText(response, body.status, body.body);
      else await this.replace(body.text, response);
    } else {
      methodNotAllowed(request, response, 'GET, POST');
    }
  }

  private async replace(text: string, response: ServerResponse): Promise<void> {
    const parsed = parseSchedule(text);
    if (!parsed.ok) {
      sendText(response, 400, parsed.error);
      return;
    }
    await this.maintenance.replace(parsed.windows);
    sendText(response, 200, '');
  }
}

/** A schedule, or what is wrong with it. */
export type ParsedSchedule =
  | { readonly ok: true; readonly windows: readonly MaintenanceWindow[] }
  | { readonly ok: false; readonly error: string };

/** Reads `{"windows": [{"machine_ids": [{"hostname", "ip"}], "unavailability": {"start", "duration"}}]}`. */
export function parseSchedule(text: string): ParsedSchedule {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return { ok: false, error: 'Failed to convert JSON into Protobuf: the body is not JSON' };
  }
  const windows = (document as { windows?: unknown } | null)?.windows ?? [];
  if (!Array.isArray(windows)) return { ok: false, error: "Expecting 'windows' to be a list" };
  const seen = new Set<string>();
  for (const window of windows as (Partial<MaintenanceWindow> | null)[]) {
    const error = windowProblem(window ?? {}, seen);
    if (error !== undefined) return { ok: false, error };
  }
  return { ok: true, windows: windows as MaintenanceWindow[] };
}

function windowProblem(window: Partial<MaintenanceWindow>, seen: Set<string>): string | undefined {
  const { machine_ids: machines, unavailability } = window;
  if (!Array.isArray(machines) || machines.length === 0) {
    return 'List of machines in the maintenance window is empty';
  }
  for (const machine of machines as (MachineId | null)[]) {
    const { hostname, ip } = machine ?? {};
    const isNamed = typeof hostname === 'string' || typeof ip === 'string';
    if (!isNamed) return "Both 'hostname' and 'ip' for a machine are empty";
    const name = `${hostname?.toLowerCase() ?? ''} ${ip ?? ''}`;
    if (seen.has(name)) return `Machine '${name.trim()}' appears more than once in the schedule`;
    seen.add(name);
  }
  if (typeof unavailability?.start?.nanoseconds !== 'number')
    return "Expecting 'unavailability.start' to be set";
  const durationNs = unavailability.duration?.nanoseconds ?? 0;
  return durationNs < 0 ? 'Unavailability duration is negative' : undefined;
}
