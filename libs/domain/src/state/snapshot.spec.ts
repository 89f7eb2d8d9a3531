import { expect, it } from 'vitest';
import { recorded, Scenario } from '../deciding/scenario.fixture.js';
import { evolve } from './evolve.js';
import { captureSnapshot, restoreSnapshot } from './snapshot.js';
import { State } from './state.js';

const textOf = (state: State): string => [...captureSnapshot(state)].join('');

it('what is folded on a snapshot is written down as what is folded on the whole log, wherever it was taken', () => {
  const scenario = new Scenario().connected();
  scenario.create({
    id: '/a',
    cmd: 'serve',
    portDefinitions: [{ port: 0, name: 'http' }],
    healthChecks: [{ protocol: 'TCP', portIndex: 0 }],
    readinessChecks: [{ portName: 'http' }],
  });
  scenario.launchAll();
  const [{ id: instanceId, task } = { id: '' }] = scenario.instances('/a');
  const taskId = task?.id ?? '';
  const response = { status: 200, contentType: 'text/plain', body: '' };
  scenario.tell({ type: 'ReportReadiness', instanceId, taskId, response });
  scenario.tell({ type: 'ReportHealth', instanceId, taskId, check: 0, result: { healthy: true } });
  scenario.submit({ type: 'KillTasks', selection: { appId: '/a' }, wipe: false });

  const events = scenario.events.map((event, index) => recorded(event, index + 1));
  const whole = textOf(scenario.replay());
  for (let taken = 0; taken <= events.length; taken++) {
    const state = new State();
    for (const event of events.slice(0, taken)) evolve(state, event);
    const restored = restoreSnapshot([textOf(state)]);
    for (const event of events.slice(taken)) evolve(restored, event);
    expect(textOf(restored), `taken at ${taken}`).toBe(whole);
  }
});

it('is the same when a master describes an agent with its keys in another order than before', () => {
  const scenario = new Scenario().connected();
  scenario.create({ id: '/a', cmd: 'serve', instances: 2 });
  scenario.launchAll();
  let launches = 0;
  const events = scenario.events.map((event, index) => {
    const one = recorded(event, index + 1);
    if (one.type !== 'InstanceProvisioned') return one;
    const { attributes, ...rest } = { ...one.data.agent, agentId: 'S0', host: 'h0' };
    const agent = (launches += 1) === 1 ? { ...rest, attributes } : { attributes, ...rest };
    return { ...one, data: { ...one.data, agent } };
  });
  expect(launches).toBe(2);
  const fold = (state: State, some: typeof events): State => {
    for (const event of some) evolve(state, event);
    return state;
  };
  const whole = textOf(fold(new State(), events));
  for (let taken = 0; taken <= events.length; taken++) {
    const text = textOf(fold(new State(), events.slice(0, taken)));
    expect(textOf(fold(restoreSnapshot([text]), events.slice(taken))), `taken at ${taken}`).toBe(whole);
  }
});

it('says what instances have in common once', () => {
  const scenario = new Scenario().connected();
  scenario.create({ id: '/a', cmd: 'serve', instances: 8 });
  scenario.create({ id: '/b', cmd: 'serve', instances: 2 });
  scenario.launchAll();
  const lines = textOf(scenario.state).split('\n');
  const agents = new Set([...scenario.state.instances.values()].map(({ agent }) => agent?.agentId));
  expect(lines.filter((line) => line.startsWith('{"t":"agent"'))).toHaveLength(agents.size);
  expect(lines.filter((line) => line.startsWith('{"t":"of"'))).toHaveLength(2);
  const restored = restoreSnapshot([lines.join('\n')]);
  expect(new Set([...restored.instances.values()].map(({ agent }) => agent)).size).toBe(agents.size);
  expect([...restored.instances.values()]).toEqual([...scenario.state.instances.values()]);
});
