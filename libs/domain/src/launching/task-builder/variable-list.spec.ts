import { describe, expect, it } from 'vitest';
import { VariableList } from './variable-list.js';

const task = {
  taskId: 't',
  host: 'h',
  ports: new Map([
    ['PORT', '1'],
    ['PORT0', '1'],
  ]),
};

function listed(prefix: string, definition: [string, string][], user: [string, string][]): string[] {
  const variables = new VariableList(prefix, new Map(definition), new Map(user)).of(task);
  return variables.map(({ name, value }) => `${name}=${value}`);
}

describe('the variables of a task', () => {
  it('are those of system, definition, ports and user, in this order', () => {
    expect(listed('', [['MARATHON_APP_ID', '/a']], [['STAGE', 'x']])).toEqual([
      'MESOS_TASK_ID=t',
      'MARATHON_APP_ID=/a',
      'HOST=h',
      'PORT=1',
      'PORT0=1',
      'STAGE=x',
    ]);
  });

  it.each<[string, string, [string, string][], string[]]>([
    ['of the system', '', [['HOST', 'mine']], ['MESOS_TASK_ID=t', 'HOST=mine', 'PORT=1', 'PORT0=1']],
    ['of a port', '', [['PORT', '80']], ['MESOS_TASK_ID=t', 'HOST=h', 'PORT=80', 'PORT0=1']],
    [
      'of a prefixed port',
      'P_',
      [['P_PORT0', '80']],
      ['MESOS_TASK_ID=t', 'P_HOST=h', 'P_PORT=1', 'P_PORT0=80'],
    ],
    [
      'without prefix',
      'P_',
      [['PORT', '80']],
      ['MESOS_TASK_ID=t', 'P_HOST=h', 'P_PORT=1', 'P_PORT0=1', 'PORT=80'],
    ],
  ])("a name %s that the user takes is the user's", (_, prefix, user, expected) => {
    expect(listed(prefix, [], user)).toEqual(expected);
  });
});
