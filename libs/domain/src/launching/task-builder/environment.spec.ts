import { describe, expect, it } from 'vitest';
import type { AppDefinition } from '../../definitions/app/app-definition.js';
import { anApp, VERSION } from '../app.fixture.js';
import {
  bridge,
  definition,
  environment,
  mapped,
  mapping,
  net,
  SETTINGS,
  TASK_ID,
} from './task-template.fixture.js';
import { TaskTemplate } from './task-template.js';

describe('the environment of a task', () => {
  it('tells what runs, and where', () => {
    expect(environment({ cpus: 0.5, disk: 0, gpus: 2 })).toEqual({
      MESOS_TASK_ID: TASK_ID,
      MARATHON_APP_ID: '/shop/db',
      MARATHON_APP_VERSION: VERSION,
      MARATHON_APP_RESOURCE_CPUS: '0.5',
      MARATHON_APP_RESOURCE_MEM: '128.0',
      MARATHON_APP_RESOURCE_DISK: '0.0',
      MARATHON_APP_RESOURCE_GPUS: '2',
      MARATHON_APP_ENFORCE_GROUP_ROLE: 'FALSE',
      MARATHON_APP_LABELS: '',
      HOST: 'host-0',
    });
  });

  it.each([
    [12_345_678, '1.2345678E7'],
    [10_000_000, '1.0E7'],
    [9_999_999, '9999999.0'],
    [0.001, '0.001'],
    [0.0005, '5.0E-4'],
  ])('writes the amount %d as %s', (mem, expected) => {
    expect(environment({ mem })['MARATHON_APP_RESOURCE_MEM']).toBe(expected);
  });

  it('names the image of the docker engine only', () => {
    const docker = { image: 'nginx', forcePullImage: false, privileged: false, parameters: [] };
    const image = (type: 'DOCKER' | 'MESOS') =>
      environment({ container: { type, docker, volumes: [] } })['MARATHON_APP_DOCKER_IMAGE'];
    expect([image('DOCKER'), image('MESOS')]).toEqual(['nginx', undefined]);
  });

  it('tells whether the group enforces its role', () => {
    const slot = {
      taskId: TASK_ID,
      agentId: 'S',
      host: 'h',
      hostPorts: [],
      resources: [],
      executorResources: [],
      draws: [],
    };
    const { command } = new TaskTemplate(anApp(), SETTINGS, true).build(slot);
    expect(command?.environment?.variables).toContainEqual({
      name: 'MARATHON_APP_ENFORCE_GROUP_ROLE',
      value: 'TRUE',
    });
  });

  it('carries labels with sanitised keys, unless they are too long', () => {
    const variables = environment({
      labels: { 'my.label-x': '1', B: '2', ['k'.repeat(493)]: 'x', long: 'v'.repeat(512) },
    });
    expect(Object.fromEntries(Object.entries(variables).filter(([name]) => name.includes('LABEL')))).toEqual({
      MARATHON_APP_LABELS: 'MY_LABEL_X B',
      MARATHON_APP_LABEL_MY_LABEL_X: '1',
      MARATHON_APP_LABEL_B: '2',
    });
  });

  it('lets the user win over everything, and leaves out secret references', () => {
    const env = { MESOS_TASK_ID: 'mine', PORT0: '1', SECRET: { secret: 's' } };
    const variables = environment(
      { env, portDefinitions: [definition(80)] },
      { slot: { hostPorts: [31000] } },
    );
    expect(variables).toMatchObject({ MESOS_TASK_ID: 'mine', PORT0: '1', PORT: '31000' });
    expect(variables).not.toHaveProperty('SECRET');
  });

  it.each<[string, Partial<AppDefinition>, readonly (number | undefined)[], Record<string, string>]>([
    ['no ports', {}, [], {}],
    [
      'host ports',
      { portDefinitions: [definition(10_000, { name: 'http-api' }), definition(10_001)] },
      [31000, 31005],
      {
        PORT0: '31000',
        PORT_10000: '31000',
        'PORT_HTTP-API': '31000',
        PORT1: '31005',
        PORT_10001: '31005',
        PORT: '31000',
        PORTS: '31000,31005',
      },
    ],
    [
      'a declared host port 0',
      { portDefinitions: [definition(0)] },
      [31000],
      { PORT0: '31000', PORT_31000: '31000', PORT: '31000', PORTS: '31000' },
    ],
    [
      'mapped ports, one of them without host port',
      mapped([mapping(80, { hostPort: 0, name: 'web' }), mapping(9000)], bridge),
      [31000, undefined],
      {
        PORT0: '31000',
        PORT_80: '31000',
        PORT_WEB: '31000',
        PORT1: '9000',
        PORT_9000: '9000',
        PORT: '31000',
        PORTS: '31000',
      },
    ],
    [
      'container port 0 with a host port',
      mapped([mapping(0, { hostPort: 0 })], bridge),
      [31000],
      { PORT0: '31000', PORT_31000: '31000', PORT: '31000', PORTS: '31000' },
    ],
    [
      'container ports only, one of them free to choose',
      mapped([mapping(0), mapping(1025), mapping(0)], net('a')),
      [undefined, undefined, undefined],
      {
        PORT0: '1026',
        PORT_1026: '1026',
        PORT1: '1025',
        PORT_1025: '1025',
        PORT2: '1027',
        PORT_1027: '1027',
        PORT: '1026',
        PORTS: '1026,1027',
      },
    ],
    [
      'fixed container ports only',
      mapped([mapping(80)], net('a')),
      [undefined],
      { PORT0: '80', PORT_80: '80', PORTS: '' },
    ],
  ])('port variables: %s', (_, app, hostPorts, expected) => {
    const variables = environment(app, { slot: { hostPorts } });
    expect(Object.fromEntries(Object.entries(variables).filter(([name]) => name.startsWith('PORT')))).toEqual(
      expected,
    );
    const prefixed = environment(app, { slot: { hostPorts }, settings: { envVarsPrefix: 'Ctx_' } });
    expect(Object.fromEntries(Object.entries(prefixed).filter(([name]) => name.startsWith('Ctx_')))).toEqual({
      Ctx_HOST: 'host-0',
      ...Object.fromEntries(Object.entries(expected).map(([name, value]) => [`Ctx_${name}`, value])),
    });
    expect(prefixed).toMatchObject({ MESOS_TASK_ID: TASK_ID, MARATHON_APP_ID: '/shop/db' });
  });
});
