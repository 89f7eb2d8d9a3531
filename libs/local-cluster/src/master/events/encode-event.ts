import type { Event, NetworkInfo, TaskStatus } from '#mesos';

/** An event as JSON. */
export interface EncodedEvent {
  readonly text: string;
  /** Of the text in UTF-8. */
  readonly bytes: number;
}

/**
 * Encodes an event, its members in the order in which they were set. Updates of tasks that run, of which there are two
 * for every task, are put together from their parts; all others are left to `JSON.stringify`. The result is the same.
 */
export function encodeEvent(event: Event): EncodedEvent {
  if (event.type === 'UPDATE') {
    const status = bareStatusText(event.update.status);
    // All of it is ASCII.
    if (status !== undefined) {
      const text = `{"type":"UPDATE","update":{"status":${status}}}`;
      return { text, bytes: text.length };
    }
  }
  const text = JSON.stringify(event);
  return { text, bytes: Buffer.byteLength(text) };
}

/** Printable ASCII that stands for itself in JSON. */
const PLAIN_TEXT = /^[ !#-[\]-~]*$/;

/** What a status of a container has that is started, and no other member. */
const BARE_MEMBERS: readonly (keyof TaskStatus)[] = [
  'task_id',
  'state',
  'source',
  'agent_id',
  'executor_id',
  'timestamp',
  'uuid',
  'container_status',
];

/** The text of a status that has exactly these members, in this order, and only plain texts; otherwise undefined. */
function bareStatusText(status: TaskStatus): string | undefined {
  if (!hasMembers(status, BARE_MEMBERS)) return undefined;
  const { task_id, state, source = '', agent_id, executor_id, timestamp = Number.NaN, uuid = '' } = status;
  const { container_id: container, network_infos: networks } = status.container_status ?? {};
  const network = addressText(networks);
  const task = plainId(task_id);
  const agent = plainId(agent_id);
  const executor = executor_id === task_id ? task : plainId(executor_id);
  const containerId = plainId(container);
  const isPlain =
    hasMembers(status.container_status, CONTAINER_MEMBERS) &&
    Number.isFinite(timestamp) &&
    PLAIN_TEXT.test(state) &&
    PLAIN_TEXT.test(source) &&
    PLAIN_TEXT.test(uuid);
  if (
    !isPlain ||
    network === undefined ||
    task === undefined ||
    agent === undefined ||
    executor === undefined ||
    containerId === undefined
  )
    return undefined;
  return (
    `{"task_id":{"value":"${task}"},"state":"${state}","source":"${source}","agent_id":{"value":"${agent}"},` +
    `"executor_id":{"value":"${executor}"},"timestamp":${timestamp},"uuid":"${uuid}",` +
    `"container_status":{"container_id":{"value":"${containerId}"},"network_infos":[{"ip_addresses":[${network}]}]}}`
  );
}

const CONTAINER_MEMBERS = ['container_id', 'network_infos'] as const;
const ID_MEMBERS = ['value'] as const;
const NETWORK_MEMBERS = ['ip_addresses'] as const;
const ADDRESS_MEMBERS = ['protocol', 'ip_address'] as const;

/** One network with one address and nothing else. */
function addressText(networks: readonly NetworkInfo[] | undefined): string | undefined {
  const network = networks?.[0];
  const address = network?.ip_addresses?.[0];
  if (networks?.length !== 1 || network?.ip_addresses?.length !== 1) return undefined;
  if (!hasMembers(network, NETWORK_MEMBERS) || !hasMembers(address, ADDRESS_MEMBERS)) return undefined;
  const { protocol = '', ip_address: ip = '' } = address ?? {};
  return PLAIN_TEXT.test(protocol) && PLAIN_TEXT.test(ip)
    ? `{"protocol":"${protocol}","ip_address":"${ip}"}`
    : undefined;
}

function plainId(id: { readonly value: string } | undefined): string | undefined {
  return hasMembers(id, ID_MEMBERS) && PLAIN_TEXT.test(id!.value) ? id!.value : undefined;
}

/** Whether an object has these members in this order, all set, and no others. */
function hasMembers<Kind extends object>(object: Kind | undefined, names: readonly (keyof Kind)[]): boolean {
  let place = 0;
  for (const name in object) {
    if (name !== names[place] || object[name] === undefined) return false;
    place += 1;
  }
  return place === names.length;
}
