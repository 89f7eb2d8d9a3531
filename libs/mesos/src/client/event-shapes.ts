import type { EventType } from '../protocol/event.js';
import {
  boolean,
  list,
  masterInfo,
  message,
  number,
  text,
  type Members,
  type Shape,
} from '../protocol/shapes.js';

const id = message({ value: text });
const nanoseconds = message({ nanoseconds: number });
const role = message({}, { role: text });

const VALUES: Readonly<Record<string, Shape>> = {
  SCALAR: message({ scalar: message({ value: number }) }),
  RANGES: message({ ranges: message({}, { range: list(message({ begin: number, end: number })) }) }),
  SET: message({ set: message({}, { item: list(text) }) }),
  TEXT: message({ text: message({ value: text }) }),
};

/** A named value: the member that its type names must be there. */
function named(members: Members): Shape {
  const base = message({ name: text, type: text }, members);
  return (value) => {
    const problem = base(value);
    if (problem !== undefined) return problem;
    const { type } = value as { type: string };
    return Object.hasOwn(VALUES, type) ? VALUES[type]?.(value) : undefined;
  };
}

const labels = message({}, { labels: list(message({ key: text }, { value: text })) });
const reservation = message({}, { type: text, role: text, principal: text, labels });

const resource = named({
  role: text,
  reservation,
  reservations: list(reservation),
  allocation_info: role,
  disk: message({}, { persistence: message({ id: text }), source: message({}, { type: text }) }),
  provider_id: id,
});

const offer = message(
  { id, agent_id: id, hostname: text },
  {
    resources: list(resource),
    attributes: list(named({})),
    allocation_info: role,
    domain: message(
      {},
      { fault_domain: message({}, { region: message({ name: text }), zone: message({ name: text }) }) },
    ),
    unavailability: message({ start: nanoseconds }, { duration: nanoseconds }),
  },
);

const ipAddress = message({}, { protocol: text, ip_address: text });

const taskStatus = message(
  { task_id: id },
  {
    state: text,
    agent_id: id,
    executor_id: id,
    source: text,
    reason: text,
    message: text,
    timestamp: number,
    uuid: text,
    healthy: boolean,
    check_status: message(
      {},
      {
        type: text,
        command: message({}, { exit_code: number }),
        http: message({}, { status_code: number }),
        tcp: message({}, { succeeded: boolean }),
      },
    ),
    container_status: message({}, { network_infos: list(message({}, { ip_addresses: list(ipAddress) })) }),
    unreachable_time: nanoseconds,
  },
);

/** The body of each type of event, under the name of its member; HEARTBEAT has none. */
export const EVENT_BODIES: Readonly<
  Record<EventType, { readonly member: string; readonly shape: Shape } | undefined>
> = {
  SUBSCRIBED: {
    member: 'subscribed',
    shape: message({ framework_id: id }, { heartbeat_interval_seconds: number, master_info: masterInfo }),
  },
  HEARTBEAT: undefined,
  OFFERS: { member: 'offers', shape: message({}, { offers: list(offer) }) },
  RESCIND: { member: 'rescind', shape: message({ offer_id: id }) },
  INVERSE_OFFERS: { member: 'inverse_offers', shape: message({}, { inverse_offers: list(message({ id })) }) },
  RESCIND_INVERSE_OFFER: { member: 'rescind_inverse_offer', shape: message({ inverse_offer_id: id }) },
  UPDATE: { member: 'update', shape: message({ status: taskStatus }) },
  UPDATE_OPERATION_STATUS: {
    member: 'update_operation_status',
    shape: message({
      status: message({}, { state: text, operation_id: id, agent_id: id, uuid: id, message: text }),
    }),
  },
  MESSAGE: { member: 'message', shape: message({ agent_id: id, executor_id: id, data: text }) },
  FAILURE: { member: 'failure', shape: message({}, { agent_id: id, executor_id: id, status: number }) },
  ERROR: { member: 'error', shape: message({ message: text }) },
};
