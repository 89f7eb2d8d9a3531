import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { captureSnapshot, SNAPSHOT_FORMAT, State, evolve, type DomainEvent } from '#domain';
import { createMemoryEventLog, type EventLog } from '#event-log';
import { ScriptedLeader } from '../api.fixture.js';
import {
  appDefinition,
  instanceId,
  launchEvents,
  plan,
  recordedEvents,
} from '../../../../test/support/domain-objects.js';
import { Embed } from '../wire/embeds.js';
import { everyApp, writeApps } from './app-queries.js';
import { Projection, ProjectionStoppedError } from './projection.js';
import { ReadModel } from './read-model.js';
import { SortedIds } from './sorted-ids.js';

const ALL = Embed.counts | Embed.deployments | Embed.tasks | Embed.lastTaskFailure | Embed.readiness;

const fail = (error: Error): void => {
  throw error;
};

describe('Projection', () => {
  let log: EventLog;
  let leader: ScriptedLeader;
  let projection: Projection;

  beforeEach(() => {
    log = createMemoryEventLog().log;
    leader = new ScriptedLeader(log);
    projection = new Projection(log);
  });

  afterEach(() => log.close());

  it('catches up, then follows', async () => {
    await leader.append([{ type: 'AppCreated', data: { app: appDefinition({ id: '/a' }) } }]);
    await projection.start(fail);
    expect(projection.model.appIds.all).toEqual(['/a']);
    const position = await leader.append([
      { type: 'AppCreated', data: { app: appDefinition({ id: '/b' }) } },
    ]);
    await projection.waitFor(position);
    expect(projection.model.appIds.all).toEqual(['/a', '/b']);
    await projection.waitFor(1);
  });

  it('starts from a snapshot of the present format and passes over others', async () => {
    const state = new State();
    const events: DomainEvent[] = [
      { type: 'AppCreated', data: { app: appDefinition() } },
      ...launchEvents(appDefinition()),
    ];
    for (const event of recordedEvents(events)) evolve(state, event);
    const position = await leader.append(events);
    await log.saveSnapshot({
      position,
      format: SNAPSHOT_FORMAT,
      state: captureSnapshot(state),
    });
    await projection.start(fail);
    expect(projection.position).toBe(position);
    expect(projection.model.counters.of('/foo').running).toBe(1);

    await log.saveSnapshot({ position, format: SNAPSHOT_FORMAT + 1, state: ['of another kind'] });
    const other = new Projection(log);
    await other.start(fail);
    expect(other.model.counters.of('/foo').running).toBe(1);
  });

  it('tells observers once reads show the events, before it wakes whoever waits', async () => {
    await projection.start(fail);
    const seen: string[] = [];
    projection.observe((events) => {
      expect(projection.position).toBe(events.at(-1)?.position);
      seen.push('observer');
    });
    const waiting = projection.waitFor(1).then(() => seen.push('waiter'));
    await leader.append([{ type: 'AppCreated', data: { app: appDefinition() } }]);
    await waiting;
    expect(seen).toEqual(['observer', 'waiter']);
  });

  it('refuses to wait before it follows and after it has stopped', async () => {
    await expect(projection.waitFor(1)).rejects.toBeInstanceOf(ProjectionStoppedError);
    await projection.start(fail);
    const waiting = projection.waitFor(1).catch((error: unknown) => error);
    await projection.close();
    expect(await waiting).toBeInstanceOf(ProjectionStoppedError);
    expect(projection.following).toBe(false);
  });

  it('reports the error that stops it', async () => {
    const stopped = new Promise<Error>((resolve) => void projection.start(resolve));
    projection.observe(() => {
      throw new Error('broken observer');
    });
    await leader.append([{ type: 'AppDeleted', data: { appId: '/a' } }]);
    expect((await stopped).message).toBe('broken observer');
    await expect(projection.waitFor(2)).rejects.toThrow('broken observer');
  });
});

describe('ReadModel', () => {
  it('prints after any events what a fresh model prints that never printed before', () => {
    fc.assert(
      fc.property(fc.array(anyEvent(), { maxLength: 40 }), (events) => {
        const warm = new ReadModel();
        const cold = new ReadModel();
        for (const event of recordedEvents(events)) {
          warm.apply(event);
          writeApps(warm, everyApp, { embeds: ALL, nowMs: 0 });
          cold.apply(event);
        }
        const printing = { embeds: ALL, nowMs: 0 };
        expect(writeApps(warm, everyApp, printing)).toBe(writeApps(cold, everyApp, printing));
        const recounted = new ReadModel(cold.state);
        expect(warm.counters.total).toEqual(recounted.counters.total);
        expect(warm.appIds.all).toEqual(recounted.appIds.all);
      }),
    );
  });
});

describe('SortedIds', () => {
  it('holds what a sorted set holds', () => {
    const changes = fc.array(fc.tuple(fc.boolean(), fc.constantFrom('/a', '/b', '/c', '/d', '/a/b')));
    fc.assert(
      fc.property(changes, (steps) => {
        const ids = new SortedIds();
        const model = new Set<string>();
        for (const [adds, id] of steps) {
          if (adds) ids.add(id);
          else ids.remove(id);
          if (adds) model.add(id);
          else model.delete(id);
        }
        expect(ids.all).toEqual([...model].toSorted());
      }),
    );
  });
});

/** Events about three apps and two instances of each, in any order, sensible or not. */
function anyEvent(): fc.Arbitrary<DomainEvent> {
  const app = fc
    .record({ id: fc.constantFrom('/a', '/b', '/c'), cmd: fc.constantFrom('x', 'y') })
    .map((overrides) => appDefinition(overrides));
  return fc.tuple(app, fc.constantFrom(1, 2), fc.nat(9)).map(([definition, number, choice]): DomainEvent => {
    const { id: appId, version } = definition;
    const ref = { instanceId: instanceId(appId, number), appId, version };
    const ownPlan = { ...plan(appId), id: `deployment of ${appId}` };
    const launch = launchEvents(definition, number);
    const events: DomainEvent[] = [
      { type: 'AppCreated', data: { app: definition } },
      { type: 'AppUpdated', data: { app: definition, change: 'configuration' } },
      { type: 'AppDeleted', data: { appId } },
      { type: 'DeploymentStarted', data: { plan: ownPlan, groupId: '/' } },
      { type: 'DeploymentSucceeded', data: { plan: ownPlan, from: 0 } },
      ...launch,
      { type: 'InstanceExpunged', data: { ...ref, host: null, agentId: null, condition: 'Killed' } },
      { type: 'AppTerminated', data: { appId } },
    ];
    return events[choice] ?? { type: 'AppTerminated', data: { appId } };
  });
}
