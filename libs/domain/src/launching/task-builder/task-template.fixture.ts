import type {
  AppDefinition,
  Network,
  PortDefinition,
  PortMapping,
} from '../../definitions/app/app-definition.js';
import { anApp } from '../app.fixture.js';
import type { TaskSettings } from './task-settings.js';
import { TaskTemplate, type TaskSlot } from './task-template.js';

export const SETTINGS: TaskSettings = { executor: '//cmd', mesosBridgeName: 'mesos-bridge' };
export const TASK_ID = 'shop_db.instance-x._app.1';

export interface Options {
  readonly slot?: Partial<TaskSlot>;
  readonly settings?: Partial<TaskSettings>;
}

export function build(app: Partial<AppDefinition>, { slot, settings }: Options = {}) {
  const full = {
    taskId: TASK_ID,
    agentId: 'S0',
    host: 'host-0',
    hostPorts: [],
    resources: [],
    executorResources: [],
    draws: [0, 0],
  };
  return new TaskTemplate(anApp(app), { ...SETTINGS, ...settings }, false).build({ ...full, ...slot });
}

export function environment(app: Partial<AppDefinition>, options: Options = {}): Record<string, string> {
  const variables = build(app, options).command?.environment?.variables ?? [];
  return Object.fromEntries(variables.map(({ name, value }) => [name, value]));
}

export const mapping = (containerPort: number, changes: Partial<PortMapping> = {}): PortMapping => ({
  containerPort,
  servicePort: 10_000,
  protocol: 'tcp',
  labels: {},
  ...changes,
});
export const definition = (port: number, changes: Partial<PortDefinition> = {}): PortDefinition => ({
  port,
  protocol: 'tcp',
  ...changes,
});
export const mapped = (portMappings: PortMapping[], ...networks: Network[]): Partial<AppDefinition> => ({
  portDefinitions: undefined,
  networks,
  container: { type: 'MESOS', volumes: [], portMappings },
});
export const bridge: Network = { mode: 'container/bridge' };
export const net = (name: string): Network => ({ mode: 'container', name });
