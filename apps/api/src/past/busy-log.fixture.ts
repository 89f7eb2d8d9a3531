import type { DomainEvent } from '#domain';
import { openSqliteEventLog, type EventLog, type NewEvent } from '#event-log';
import { appDefinition, launchEvents, plan, VERSION_MS } from '../domain-objects.fixture.js';

/** Opens a log in a file; what it warns of is an error. */
export const openLog = (path: string): Promise<EventLog> =>
  openSqliteEventLog({
    path,
    onWarning: (text) => {
      throw new Error(text);
    },
  });

/** Writes a life of some apps in many small batches: created, launched, changed, failed, deleted. One event a second. */
export async function writeLife(log: EventLog, rounds: number): Promise<number> {
  const epoch = await log.claimEpoch();
  let events = await log.head();
  for (let round = 0; round < rounds; round++) {
    const batches = lifeOf(`/apps/${round % 7}`, round);
    for (const batch of batches) {
      await log.append(
        batch.map((event) => newEvent(event, (events += 1))),
        epoch,
      );
    }
  }
  return log.head();
}

function lifeOf(id: string, round: number): DomainEvent[][] {
  const version = new Date(VERSION_MS + round * 1000).toISOString();
  const app = appDefinition({ id, version, mem: 32 + round });
  const deployment = { ...plan(id), id: `deployment-${round}`, version };
  const launch = launchEvents(app, round);
  const created: DomainEvent[] = [
    { type: 'DeploymentStarted', data: { plan: deployment, groupId: '/apps' } },
    { type: 'GroupCreated', data: { groupId: '/apps' } },
    { type: 'AppCreated', data: { app } },
  ];
  const ended: DomainEvent = { type: 'DeploymentSucceeded', data: { plan: deployment, from: 1 } };
  const ref = { instanceId: launchId(launch), appId: id, version };
  const gone: DomainEvent[] = [
    { type: 'InstanceExpunged', data: { ...ref, host: null, agentId: null, condition: 'Killed' } },
  ];
  const deleted: DomainEvent[] = round % 5 === 0 ? [{ type: 'AppDeleted', data: { appId: id } }] : [];
  return [
    created,
    launch,
    [ended],
    ...(round % 3 === 0 ? [gone] : []),
    ...(deleted.length > 0 ? [deleted] : []),
  ];
}

const launchId = (launch: readonly DomainEvent[]): string => {
  const [first] = launch;
  return first !== undefined && 'instanceId' in first.data ? first.data.instanceId : '';
};

const newEvent = ({ type, data }: DomainEvent, number: number): NewEvent => ({
  id: `event-${number}`,
  stream: 'cluster',
  type,
  schema: 1,
  time: VERSION_MS + number * 1000,
  actor: { kind: 'user', address: '192.0.2.9' },
  correlationId: 'command',
  causationId: null,
  data,
});

/** Writes so many events in few batches. */
export async function writeMany(log: EventLog, count: number): Promise<void> {
  const epoch = await log.claimEpoch();
  const events = Array.from({ length: count }, (_, index) => {
    const app = appDefinition({ id: `/apps/${index % 100}`, mem: index });
    return newEvent({ type: 'AppCreated', data: { app } }, index + 1);
  });
  for (let from = 0; from < count; from += 5000) await log.append(events.slice(from, from + 5000), epoch);
}
