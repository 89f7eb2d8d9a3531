import {
  bool,
  bytes,
  double,
  enumOf,
  mapOf,
  message,
  repeated,
  required,
  string,
  type Field,
  type MessageSchema,
} from './schema.js';
import { identifier, labels, scalar } from './primitive-schemas.js';
import { resource } from './resource-schema.js';
import { executor, killPolicy, task } from './task-schemas.js';

/** `mesos.v1.scheduler.Call` (C§8, C§9, C§11). */
const quantities: MessageSchema = { quantities: mapOf(scalar) };
const minAllocatable: MessageSchema = { quantities: repeated(message(() => quantities)) };
const offerFilter: MessageSchema = { min_allocatable_resources: message(() => minAllocatable) };
const capability: MessageSchema = {
  type: enumOf(
    'REVOCABLE_RESOURCES',
    'TASK_KILLING_STATE',
    'GPU_RESOURCES',
    'SHARED_RESOURCES',
    'PARTITION_AWARE',
    'MULTI_ROLE',
    'RESERVATION_REFINEMENT',
    'REGION_AWARE',
  ),
};
const frameworkInfo: MessageSchema = {
  user: required(string),
  name: required(string),
  id: identifier,
  failover_timeout: double,
  checkpoint: bool,
  role: string,
  roles: repeated(string),
  hostname: string,
  principal: string,
  webui_url: string,
  capabilities: repeated(message(() => capability)),
  labels,
  offer_filters: mapOf(message(() => offerFilter)),
};

const textValue: MessageSchema = { value: required(string) };
const regexValue: MessageSchema = { regex: required(string) };
const nothing: MessageSchema = {};
const predicate: MessageSchema = {
  exists: message(() => nothing),
  not_exists: message(() => nothing),
  text_equals: message(() => textValue),
  text_not_equals: message(() => textValue),
  text_matches: message(() => regexValue),
  text_not_matches: message(() => regexValue),
};
const selector: MessageSchema = {
  attribute_name: string,
  pseudoattribute_type: enumOf('HOSTNAME', 'REGION', 'ZONE'),
};
const attributeConstraint: MessageSchema = {
  selector: message(() => selector),
  predicate: message(() => predicate),
};
const constraintGroup: MessageSchema = {
  attribute_constraints: repeated(message(() => attributeConstraint)),
};
const roleConstraints: MessageSchema = { groups: repeated(message(() => constraintGroup)) };
const offerConstraints: MessageSchema = { role_constraints: mapOf(message(() => roleConstraints)) };

const subscription: MessageSchema = {
  framework_info: required(message(() => frameworkInfo)),
  suppressed_roles: repeated(string),
  offer_constraints: message(() => offerConstraints),
};

const resources: MessageSchema = { resources: repeated(resource), source: repeated(resource) };
const volumes: MessageSchema = { volumes: repeated(resource) };
const taskGroup: MessageSchema = { tasks: repeated(task) };
const diskTarget = enumOf('PATH', 'MOUNT', 'BLOCK', 'RAW');
const operation: MessageSchema = {
  type: enumOf(
    'LAUNCH',
    'LAUNCH_GROUP',
    'RESERVE',
    'UNRESERVE',
    'CREATE',
    'DESTROY',
    'GROW_VOLUME',
    'SHRINK_VOLUME',
    'CREATE_DISK',
    'DESTROY_DISK',
  ),
  id: identifier,
  launch: message(() => ({ task_infos: repeated(task) })),
  launch_group: message(() => ({
    executor: required(executor),
    task_group: required(message(() => taskGroup)),
  })),
  reserve: message(() => resources),
  unreserve: message(() => resources),
  create: message(() => volumes),
  destroy: message(() => volumes),
  grow_volume: message(() => ({ volume: required(resource), addition: required(resource) })),
  shrink_volume: message(() => ({ volume: required(resource), subtract: required(scalar) })),
  create_disk: message(() => ({
    source: required(resource),
    target_type: required(diskTarget),
    target_profile: string,
  })),
  destroy_disk: message(() => ({ source: required(resource) })),
};

const filters: Field = message(() => ({ refuse_seconds: double }));
const roles: Field = message(() => ({ roles: repeated(string) }));
const accept: MessageSchema = {
  offer_ids: repeated(identifier),
  operations: repeated(message(() => operation)),
  filters,
};
const decline: MessageSchema = { offer_ids: repeated(identifier), filters };
const inverseOfferAnswer: MessageSchema = { inverse_offer_ids: repeated(identifier), filters };
const kill: MessageSchema = { task_id: required(identifier), agent_id: identifier, kill_policy: killPolicy };
const acknowledge: MessageSchema = {
  agent_id: required(identifier),
  task_id: required(identifier),
  uuid: required(bytes),
};
const acknowledgeOperation: MessageSchema = {
  agent_id: identifier,
  resource_provider_id: identifier,
  uuid: required(bytes),
  operation_id: required(identifier),
};
const taskReference: MessageSchema = { task_id: required(identifier), agent_id: identifier };
const operationReference: MessageSchema = {
  operation_id: required(identifier),
  agent_id: identifier,
  resource_provider_id: identifier,
};
const executorMessage: MessageSchema = {
  agent_id: required(identifier),
  executor_id: required(identifier),
  data: required(bytes),
};
const resourceRequest: MessageSchema = { agent_id: identifier, resources: repeated(resource) };

/** Calls that need the member named like them (C§2, row 10). */
export const CALLS_WITH_BODY = [
  'SUBSCRIBE',
  'ACCEPT',
  'DECLINE',
  'ACCEPT_INVERSE_OFFERS',
  'DECLINE_INVERSE_OFFERS',
  'KILL',
  'SHUTDOWN',
  'ACKNOWLEDGE',
  'ACKNOWLEDGE_OPERATION_STATUS',
  'RECONCILE',
  'RECONCILE_OPERATIONS',
  'MESSAGE',
  'REQUEST',
  'UPDATE_FRAMEWORK',
] as const;

export const callSchema: MessageSchema = {
  framework_id: identifier,
  type: enumOf(...CALLS_WITH_BODY, 'UNKNOWN', 'TEARDOWN', 'REVIVE', 'SUPPRESS'),
  subscribe: message(() => subscription),
  accept: message(() => accept),
  decline: message(() => decline),
  accept_inverse_offers: message(() => inverseOfferAnswer),
  decline_inverse_offers: message(() => inverseOfferAnswer),
  revive: roles,
  suppress: roles,
  kill: message(() => kill),
  shutdown: message(() => ({ executor_id: required(identifier), agent_id: required(identifier) })),
  acknowledge: message(() => acknowledge),
  acknowledge_operation_status: message(() => acknowledgeOperation),
  reconcile: message(() => ({ tasks: repeated(message(() => taskReference)) })),
  reconcile_operations: message(() => ({ operations: repeated(message(() => operationReference)) })),
  message: message(() => executorMessage),
  request: message(() => ({ requests: repeated(message(() => resourceRequest)) })),
  update_framework: message(() => subscription),
};
