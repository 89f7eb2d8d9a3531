import { describe, expect, it } from 'vitest';
import { Scenario } from '../deciding/scenario.fixture.js';
import { KnownAgents } from './known-agents.js';

const APP = { id: '/web', cmd: 'sleep 1', instances: 1, portDefinitions: [{ port: 0 }] };

const offer = (id: string, agent: string, role: string) => ({
  id: { value: id },
  agent_id: { value: agent },
  hostname: agent,
  allocation_info: { role },
});

describe('KnownAgents', () => {
  it('knows what was launched since the last offer, and what ended', () => {
    const scenario = new Scenario().connected();
    scenario.create(APP);
    const [task = ''] = scenario.offer();
    const { agents } = scenario.runtime;
    const [instance] = scenario.instances('/web');
    const use = { app: scenario.app('/web'), role: '*', hostPorts: instance?.task?.hostPorts };
    expect(agents.list()).toMatchObject([{ launched: [use], ended: [], seenMs: scenario.nowMs }]);
    scenario.status(task, 'TASK_RUNNING');
    scenario.offer();
    expect(agents.list()).toMatchObject([{ launched: [], ended: [] }]);
    scenario.status(task, 'TASK_KILLED');
    expect(agents.list()).toMatchObject([{ launched: [], ended: [use] }]);
  });

  it('sees nothing where a task ended that began after the last offer', () => {
    const scenario = new Scenario().connected();
    scenario.create(APP);
    const [task = ''] = scenario.offer();
    scenario.status(task, 'TASK_FAILED');
    expect(scenario.runtime.agents.list()).toMatchObject([{ launched: [], ended: [] }]);
  });

  it('takes a wiped task for ended, once', () => {
    const scenario = new Scenario().connected();
    scenario.create(APP);
    const [task = ''] = scenario.offer();
    scenario.status(task, 'TASK_RUNNING');
    scenario.offer();
    scenario.submit({ type: 'KillTasks', selection: { appId: '/web' }, wipe: true });
    scenario.status(task, 'TASK_KILLED');
    expect(scenario.runtime.agents.list()[0]?.ended).toHaveLength(1);
  });

  it('forgets an agent that is out of sight or removed', () => {
    const scenario = new Scenario().connected();
    scenario.create(APP);
    const [task = ''] = scenario.offer();
    scenario.status(task, 'TASK_RUNNING');
    scenario.status(task, 'TASK_UNREACHABLE');
    expect(scenario.runtime.agents.size).toBe(0);
    scenario.offer();
    scenario.tell({ type: 'AgentRemoved', agentId: 'agent-1' });
    expect(scenario.runtime.agents.size).toBe(0);
  });

  it('keeps the latest offer in each role, of so many agents', () => {
    const agents = new KnownAgents(2);
    agents.saw(offer('1', 'a', 'x'), 1);
    agents.saw(offer('2', 'b', 'x'), 2);
    agents.saw(offer('3', 'a', 'y'), 3);
    agents.saw(offer('4', 'a', 'x'), 4);
    agents.saw(offer('5', 'c', 'x'), 5);
    expect(agents.list().map(({ offers, seenMs }) => [seenMs, ...offers.map(({ id }) => id.value)])).toEqual([
      [4, '3', '4'],
      [5, '5'],
    ]);
  });

  it('are looked for with a revival that is taken back after a moment', () => {
    const scenario = new Scenario().connected();
    scenario.takeAllEffects();
    scenario.tell({ type: 'LookForAgents' });
    expect(scenario.takeAllEffects()).toEqual([{ type: 'ReviveRoles', roles: ['*'] }]);
    scenario.advance(1000);
    expect(scenario.takeEffects('UpdateRoles')).toEqual([]);
    scenario.advance(2000);
    expect(scenario.takeEffects('UpdateRoles')).toEqual([
      { type: 'UpdateRoles', roles: ['*'], suppressedRoles: ['*'] },
    ]);
  });

  it('keep no need waiting while they are looked for', () => {
    const scenario = new Scenario().connected();
    scenario.tell({ type: 'LookForAgents' });
    scenario.takeAllEffects();
    scenario.create(APP);
    expect(scenario.takeAllEffects()).toEqual([{ type: 'ReviveRoles', roles: ['*'] }]);
  });
});
