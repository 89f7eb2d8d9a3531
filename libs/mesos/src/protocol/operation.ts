import type {
  AgentId,
  Base64,
  OpenEnum,
  OperationId,
  ResourceProviderId,
  ScalarValue,
} from './primitives.js';
import type { Resource } from './resource.js';
import type { ExecutorInfo, TaskGroupInfo, TaskInfo } from './task.js';

/** With an `id` the master reports how the operation ended (`spec/mesos-client.md §18`). */
export interface OperationBase {
  id?: OperationId;
}

/** `spec/mesos-client.md §11`. `id` is forbidden on the two launches. */
export type Operation =
  | { type: 'LAUNCH'; launch: { task_infos?: readonly TaskInfo[] } }
  | { type: 'LAUNCH_GROUP'; launch_group: { executor: ExecutorInfo; task_group: TaskGroupInfo } }
  | (OperationBase & {
      type: 'RESERVE';
      reserve: { resources?: readonly Resource[]; source?: readonly Resource[] };
    })
  | (OperationBase & { type: 'UNRESERVE'; unreserve: { resources?: readonly Resource[] } })
  | (OperationBase & { type: 'CREATE'; create: { volumes?: readonly Resource[] } })
  | (OperationBase & { type: 'DESTROY'; destroy: { volumes?: readonly Resource[] } })
  | (OperationBase & { type: 'GROW_VOLUME'; grow_volume: { volume: Resource; addition: Resource } })
  | (OperationBase & { type: 'SHRINK_VOLUME'; shrink_volume: { volume: Resource; subtract: ScalarValue } })
  | (OperationBase & {
      type: 'CREATE_DISK';
      create_disk: { source: Resource; target_type: 'MOUNT' | 'BLOCK'; target_profile?: string };
    })
  | (OperationBase & { type: 'DESTROY_DISK'; destroy_disk: { source: Resource } });

/** `spec/mesos-client.md §18`. */
export const OPERATION_STATES = [
  'OPERATION_UNSUPPORTED',
  'OPERATION_PENDING',
  'OPERATION_FINISHED',
  'OPERATION_FAILED',
  'OPERATION_ERROR',
  'OPERATION_DROPPED',
  'OPERATION_UNREACHABLE',
  'OPERATION_GONE_BY_OPERATOR',
  'OPERATION_RECOVERING',
  'OPERATION_UNKNOWN',
] as const;

export type OperationState = (typeof OPERATION_STATES)[number];

/** `spec/mesos-client.md §10.3`. Unlike in the acknowledging call, `uuid` is a message here (`§9.8`). */
export interface OperationStatus {
  operation_id?: OperationId;
  state: OperationState;
  message?: string;
  converted_resources?: readonly Resource[];
  uuid?: { value: Base64 };
  agent_id?: AgentId;
  resource_provider_id?: ResourceProviderId;
  source?: OpenEnum<'SOURCE_MASTER' | 'SOURCE_AGENT' | 'SOURCE_RESOURCE_PROVIDER'>;
}
