import { describe, expect, it } from 'vitest';
import { explainInstance } from './instance-why.js';
import { byAda, Life } from './life.fixture.js';

const web = { cmd: 'serve', cpus: 1, mem: 64, portDefinitions: [] };

function why(life: Life, instanceId: string) {
  return explainInstance({
    instanceId,
    events: life.eventsOf(instanceId),
    instance: life.state.instances.get(instanceId),
    origin: byAda('created /web with 1 instance'),
    queued: life.queued('/web'),
    session: { connected: true },
    nowMs: life.nowMs,
  });
}

function running(definition: Record<string, unknown> = {}) {
  const life = new Life();
  life.put('/web', { ...web, ...definition });
  life.launchAll();
  const [instance] = life.instancesOf('/web');
  return { life, id: instance!.id, taskId: instance!.task!.id };
}

const texts = (explanation: ReturnType<typeof why>): string[] =>
  explanation.sentences.map(({ text }) => text);

describe('why an instance', () => {
  it('runs where it runs', () => {
    const { life, id } = running({ constraints: [['hostname', 'UNIQUE']] });
    life.pass(3 * 60_000);
    const explanation = why(life, id);
    expect(explanation).toMatchObject({
      state: 'running',
      summary: 'It has been running on agent1.example for 3 minutes.',
    });
    expect(texts(explanation)).toEqual([
      expect.stringMatching(
        /^Another instance of \/web \(version .*\) was wanted by deployment id-\d+, because ada \("night shift"\) created \/web with 1 instance\.$/,
      ),
      'Placed on agent1.example: an offer of that agent had what it needs, and keeps [hostname UNIQUE].',
      'It runs on agent1.example.',
    ]);
    expect(explanation.sentences.every(({ position }) => position !== undefined)).toBe(true);
  });

  it('died by itself, and waits for its next start', () => {
    const { life, id, taskId } = running({ backoffSeconds: 300 });
    life.status(taskId, 'TASK_FAILED', 'Command exited with status 1');
    const explanation = why(life, id);
    expect(explanation.state).toBe('waiting');
    expect(texts(explanation)).toContain('Its task ended as TASK_FAILED: Command exited with status 1.');
    expect(explanation.summary).toMatch(/^Launches wait another/);
  });

  it('was killed by somebody, and runs again', () => {
    const { life, id, taskId } = running();
    life.submit({ type: 'KillTasks', selection: { taskIds: [taskId] }, wipe: false });
    life.status(taskId, 'TASK_KILLED', 'Command terminated with signal Terminated');
    life.launchAll();
    const explanation = why(life, id);
    expect(explanation.summary).toBe(
      'It has been running on agent1.example for less than a second after one restart.',
    );
    expect(texts(explanation)).toContain(
      'Its task was killed, as somebody asked for it; a new one takes its place.',
    );
    expect(texts(explanation)).toContainEqual(expect.stringMatching(/^Start number 2: placed on/));
  });

  it('ended, when its app was scaled down', () => {
    const { life, id, taskId } = running();
    life.put('/web', { instances: 0 });
    life.status(taskId, 'TASK_KILLED', 'Command terminated with signal Terminated');
    expect(why(life, id)).toMatchObject({
      state: 'ended',
      summary: 'It has ended: stopped, as its app was scaled down.',
    });
  });

  it('is out of reach', () => {
    const { life, id, taskId } = running({
      unreachableStrategy: { inactiveAfterSeconds: 300, expungeAfterSeconds: 600 },
    });
    life.status(taskId, 'TASK_UNREACHABLE');
    expect(why(life, id)).toMatchObject({
      state: 'unreachable',
      summary: 'Its agent agent1.example is out of reach; nobody knows whether it still runs.',
    });
  });
});
