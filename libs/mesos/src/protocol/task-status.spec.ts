import { describe, expect, it } from 'vitest';

import { needsAcknowledgement, TASK_STATES, TERMINAL_TASK_STATES, type TaskStatus } from './task-status.js';

const uuid = 'dyokPL64Ta2ck9xwpYSskg==';
const agent_id = { value: 'S0' };

describe('a task status', () => {
  it.each<{ what: string; members: Partial<TaskStatus>; needed: boolean }>([
    { what: 'from an agent', members: { uuid, agent_id }, needed: true },
    { what: 'without uuid', members: { agent_id }, needed: false },
    { what: 'with an empty uuid', members: { uuid: '', agent_id }, needed: false },
    { what: 'without agent', members: { uuid }, needed: false },
  ])('$what is to be acknowledged: $needed', ({ members, needed }) => {
    expect(needsAcknowledgement({ task_id: { value: 'a' }, state: 'TASK_RUNNING', ...members })).toBe(needed);
  });

  it('is not terminal while the task may still run', () => {
    expect(TASK_STATES.filter((state) => !TERMINAL_TASK_STATES.has(state))).toEqual([
      'TASK_STAGING',
      'TASK_STARTING',
      'TASK_RUNNING',
      'TASK_KILLING',
      'TASK_UNREACHABLE',
      'TASK_UNKNOWN',
    ]);
  });
});
