import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Maintenance, MaintenanceOutcome } from '../agents/maintenance.js';
import { readBody } from '../http/request-body.js';
import { methodNotAllowed, sendText } from '../http/responses.js';
import type { MasterState } from '../state/master-state.js';
import { isLetIn } from './guard.js';
import { changeMachines, replaceSchedule, scheduleView } from './maintenance-endpoint.js';
import { parseJson } from './maintenance-requests.js';

const JSON_TYPE = 'application/json';

type Body = Readonly<Record<string, unknown>>;

/** A question is answered with a document under the call's name, a change with an empty 200. */
type CallHandler =
  | { readonly answer: () => unknown }
  | { readonly change: (body: Body) => Promise<MaintenanceOutcome>; readonly member: string };

/** `POST /api/v1`: typed calls of operators (C§24.1). JSON only. */
export class OperatorCalls {
  private readonly handlers: Readonly<Record<string, CallHandler>>;

  constructor(
    private readonly state: MasterState,
    maintenance: Maintenance,
  ) {
    this.handlers = {
      GET_MAINTENANCE_SCHEDULE: { answer: () => ({ schedule: scheduleView(maintenance) }) },
      GET_MAINTENANCE_STATUS: { answer: () => ({ status: maintenance.status() }) },
      UPDATE_MAINTENANCE_SCHEDULE: {
        member: 'schedule',
        change: ({ schedule }) => replaceSchedule(maintenance, schedule),
      },
      START_MAINTENANCE: {
        member: 'machines',
        change: ({ machines }) => changeMachines(machines, (ids) => maintenance.startMaintenance(ids)),
      },
      STOP_MAINTENANCE: {
        member: 'machines',
        change: ({ machines }) => changeMachines(machines, (ids) => maintenance.stopMaintenance(ids)),
      },
    };
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!isLetIn(this.state, request, response)) return;
    if (request.method !== 'POST') {
      methodNotAllowed(request, response, 'POST');
      return;
    }
    const contentType = request.headers['content-type'];
    if (contentType === undefined) {
      sendText(response, 400, "Expecting 'Content-Type' to be present");
    } else if (contentType.split(';')[0] !== JSON_TYPE) {
      sendText(response, 415, `Expecting 'Content-Type' of ${JSON_TYPE}`);
    } else {
      const body = await readBody(request, this.state.options.maxRequestBytes);
      if (body.kind === 'refused') sendText(response, body.status, body.body);
      else await this.call(body.text, response);
    }
  }

  private async call(text: string, response: ServerResponse): Promise<void> {
    const parsed = parseJson(text);
    if (!parsed.ok) {
      sendText(response, 400, parsed.error);
      return;
    }
    const call = (parsed.document ?? {}) as Body;
    const { type } = call;
    if (typeof type !== 'string') {
      sendText(response, 400, "Failed to validate master::Call: Expecting 'type' to be present");
      return;
    }
    const handler = Object.hasOwn(this.handlers, type) ? this.handlers[type] : undefined;
    if (handler === undefined) sendText(response, 501, '');
    else if ('answer' in handler) {
      response.setHeader('Content-Type', JSON_TYPE);
      response.end(JSON.stringify({ type, [type.toLowerCase()]: handler.answer() }));
    } else await this.change(handler, call, response);
  }

  private async change(
    { change, member }: Extract<CallHandler, { change: unknown }>,
    call: Body,
    response: ServerResponse,
  ): Promise<void> {
    const name = String(call['type']).toLowerCase();
    const body = call[name] as Body | null | undefined;
    if (typeof body !== 'object' || body === null || body[member] === undefined) {
      sendText(response, 400, `Failed to validate master::Call: Expecting '${name}.${member}' to be present`);
      return;
    }
    const outcome = await change(body);
    if (outcome.ok) sendText(response, 200, '');
    else sendText(response, 400, outcome.error);
  }
}
