import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TaskView } from './support/api-client.js';
import { sleepingApp } from './support/app-definitions.js';
import { ClusterControlClient } from './support/cluster-control.js';
import { eventually } from './support/eventually.js';
import { taskPids } from './support/processes.js';
import { freePort, Site } from './support/site.js';

/** Offers come again soon, whatever was declined. */
const IMPATIENT = ['--min_revive_offers_interval', '200', '--decline_offer_duration', '500'];

const SERVICED = '127.0.0.11';
const machine = { hostname: SERVICED, ip: SERVICED };

interface QueueItem {
  readonly app: { readonly id: string };
  readonly count: number;
  readonly processedOffersSummary: {
    readonly rejectSummaryLastOffers: readonly { readonly reason: string; readonly declined: number }[];
  };
  readonly lastUnusedOffers: readonly {
    readonly offer: { readonly hostname: string };
    readonly reason: readonly string[];
  }[];
}

/** Starts a cluster of three agents, on 127.0.0.10 to 127.0.0.12. */
async function startThree(...args: string[]): Promise<{ site: Site; masterUrl: string }> {
  const port = await freePort();
  const master = `local://?agents=3&resources=cpus:8;mem:2048;disk:2048&test_api=true&port=${port}`;
  const site = await Site.start({ args: ['--master', master, ...IMPATIENT, ...args], ownCluster: true });
  return { site, masterUrl: `http://127.0.0.1:${port}` };
}

async function post(url: string, body: unknown): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  expect(response.status, await response.text()).toBe(200);
}

/** A window that is open already, for an hour. */
const scheduleNow = (masterUrl: string) =>
  post(`${masterUrl}/maintenance/schedule`, {
    windows: [
      {
        machine_ids: [machine],
        unavailability: {
          start: { nanoseconds: (Date.now() - 1_000) * 1e6 },
          duration: { nanoseconds: 3_600e9 },
        },
      },
    ],
  });

/** One instance per agent. */
const spread = (id: string) =>
  sleepingApp(id, { instances: 3, constraints: [['hostname', 'UNIQUE']], portDefinitions: [] });

const hostsOf = (tasks: readonly TaskView[]): string[] => tasks.map(({ host }) => host).toSorted();

describe('maintenance of one of three agents', () => {
  let site: Site;
  let masterUrl: string;
  let control: ClusterControlClient;
  let lost: TaskView;

  beforeAll(async () => {
    ({ site, masterUrl } = await startThree());
    control = new ClusterControlClient(masterUrl);
  });

  afterAll(() => site?.dispose());

  const statusOf = async (): Promise<unknown> => (await fetch(`${masterUrl}/maintenance/status`)).json();
  const tasksOf = async (id: string): Promise<readonly TaskView[]> => (await site.api.app(id)).tasks;

  test('leaves running tasks alone once it is scheduled, and gives it no new ones', async () => {
    await site.api.createApp(spread('/before'));
    const { tasks } = await site.api.running('/before', 3);
    await scheduleNow(masterUrl);
    await site.api.createApp(spread('/after'));
    await eventually(async () =>
      expect(hostsOf(await tasksOf('/after'))).toEqual(['127.0.0.10', '127.0.0.12']),
    );
    expect((await tasksOf('/before')).map(({ id }) => id).toSorted()).toEqual(
      tasks.map(({ id }) => id).toSorted(),
    );
    lost = tasks.find(({ host }) => host === SERVICED)!;
  });

  test('is the reason that the queue gives', async () => {
    const item = await eventually(async () => {
      const { body } = await site.api.get<{ queue: QueueItem[] }>('/v2/queue?embed=lastUnusedOffers');
      const found = body.queue.find(({ app }) => app.id === '/after');
      expect(found).toMatchObject({ count: 1 });
      expect(found!.lastUnusedOffers.map(({ offer }) => offer.hostname)).toContain(SERVICED);
      return found!;
    });
    const refused = item.lastUnusedOffers.find(({ offer }) => offer.hostname === SERVICED)!;
    expect(refused.reason).toEqual(['UnfulfilledConstraint', 'AgentMaintenance']);
    // The funnel counts an offer under its first reason only.
    const counted = item.processedOffersSummary.rejectSummaryLastOffers;
    expect(counted.find(({ reason }) => reason === 'AgentMaintenance')).toMatchObject({ declined: 0 });
  });

  test('is known to the master; Ekiden promises nothing', async () => {
    expect(await statusOf()).toEqual({ draining_machines: [{ id: machine }] });
  });

  test('ends the tasks of the agent when its machine goes down', async () => {
    const { id: agentId } = await control.agentOn(SERVICED);
    await post(`${masterUrl}/machine/down`, [machine]);
    expect(await statusOf()).toEqual({ down_machines: [machine] });
    await eventually(async () => !(await control.agentOn(SERVICED)).running, {
      what: 'the end of the agent',
    });
    await eventually(() => taskPids(site.dataDir)[lost.id] === undefined, { what: 'the end of its task' });
    await eventually(async () =>
      expect(hostsOf(await tasksOf('/before'))).toEqual(['127.0.0.10', '127.0.0.12']),
    );
    const state = (await (await fetch(`${masterUrl}/state`)).json()) as { slaves: { id: string }[] };
    expect(state.slaves.map(({ id }) => id)).not.toContain(agentId);
    expect(state.slaves).toHaveLength(2);
  });

  test('goes on when Ekiden and its cluster are started again meanwhile', async () => {
    await site.crashAndRestart();
    expect(await statusOf()).toEqual({ down_machines: [machine] });
    await eventually(async () => !(await control.agentOn(SERVICED)).running, { what: 'its rejection' });
    await eventually(async () =>
      expect(hostsOf(await tasksOf('/before'))).toEqual(['127.0.0.10', '127.0.0.12']),
    );
  });

  test('is over when the machine is up again: what waited is placed there', async () => {
    await post(`${masterUrl}/machine/up`, [machine]);
    expect(await statusOf()).toEqual({});
    for (const id of ['/before', '/after']) {
      const { tasks } = await site.api.running(id, 3);
      expect(hostsOf(tasks)).toEqual(['127.0.0.10', SERVICED, '127.0.0.12']);
    }
    expect(await control.agentOn(SERVICED)).toMatchObject({ running: true, state: 'registered' });
  });
});

describe('--disable_maintenance_mode', () => {
  test('takes offers of agents in their window like any other', async () => {
    const { site, masterUrl } = await startThree('--disable_maintenance_mode');
    try {
      await scheduleNow(masterUrl);
      await site.api.createApp(spread('/anywhere'));
      const { tasks } = await site.api.running('/anywhere', 3);
      expect(hostsOf(tasks)).toContain(SERVICED);
    } finally {
      await site.dispose();
    }
  });
});
