import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AgentBench, eventually, isRunning, taskOf } from './agent.fixture.js';

describe('agent', () => {
  let bench: AgentBench;
  beforeEach(async () => {
    bench = await AgentBench.start();
  });
  afterEach(() => bench.stop());

  it('runs a task to its end, one update at a time', async () => {
    bench.run(taskOf('hello', 'echo "grüße an alle"; echo "it works" >&2'));
    const finished = await bench.state('hello', 'TASK_FINISHED');
    expect(bench.statesOf('hello')).toEqual(['TASK_STARTING', 'TASK_RUNNING', 'TASK_FINISHED']);
    expect(finished.message).toBe('Command exited with status 0');
    expect(await bench.output('hello')).toBe('grüße an alle\n');
    expect(await bench.output('hello', 'stderr')).toBe('it works\n');
  });

  it('kills', async () => {
    bench.run(taskOf('s', 'sleep 100'));
    const running = await bench.state('s', 'TASK_RUNNING');
    bench.kill('s', 1000);
    const k = await bench.state('s', 'TASK_KILLED');
    expect(k.message).toBe('Command terminated with signal Terminated');
    await eventually(() => !isRunning(running.container_status?.executor_pid));
  });
});
