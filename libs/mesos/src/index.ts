export type {
  AgentId,
  Base64,
  ContainerId,
  DurationInfo,
  ExecutorId,
  FrameworkId,
  Id,
  Label,
  Labels,
  OfferId,
  OpenEnum,
  OperationId,
  Parameter,
  Parameters,
  RangesValue,
  RangeValue,
  ResourceProviderId,
  ScalarValue,
  SetValue,
  TaskId,
  TextValue,
  TimeInfo,
} from './protocol/primitives.js';
export type {
  AllocationInfo,
  Attribute,
  DiskInfo,
  DiskPersistence,
  DiskSource,
  RangesResource,
  ReservationInfo,
  Resource,
  ScalarResource,
  SetResource,
} from './protocol/resource.js';
export type { Secret } from './protocol/secret.js';
export type {
  ContainerInfo,
  ContainerStatus,
  DockerInfo,
  Image,
  IpAddress,
  LinuxInfo,
  NetworkInfo,
  PortMapping,
  RLimit,
  Volume,
  VolumeSource,
} from './protocol/container.js';
export type {
  CheckInfo,
  CommandInfo,
  CommandUri,
  DiscoveryInfo,
  DiscoveryPort,
  DiscoveryVisibility,
  Environment,
  EnvironmentVariable,
  ExecutorInfo,
  HealthCheck,
  KillPolicy,
  TaskGroupInfo,
  TaskInfo,
} from './protocol/task.js';
export {
  needsAcknowledgement,
  TASK_STATES,
  TERMINAL_TASK_STATES,
  type CheckStatusInfo,
  type TaskState,
  type TaskStatus,
  type TaskStatusReason,
  type TaskStatusSource,
} from './protocol/task-status.js';
export type {
  Address,
  DomainInfo,
  FaultDomain,
  Filters,
  InverseOffer,
  Offer,
  Unavailability,
  Url,
} from './protocol/offer.js';
export {
  OPERATION_STATES,
  type Operation,
  type OperationState,
  type OperationStatus,
} from './protocol/operation.js';
export type {
  AttributePredicate,
  AttributeSelector,
  FrameworkCapability,
  FrameworkInfo,
  OfferConstraintGroup,
  OfferConstraints,
  OfferFilter,
} from './protocol/framework-info.js';
export type { MasterInfo } from './protocol/master-info.js';
export type {
  Call,
  CallBody,
  CallType,
  FrameworkSubscription,
  OperationReference,
  SubscribeCall,
} from './protocol/call.js';
export type { Event, EventType, Failure, Subscribed } from './protocol/event.js';
export { encodeRecord } from './recordio/record-encoder.js';
export {
  DEFAULT_MAX_RECORD_BYTES,
  RecordDecoder,
  type DecodedChunk,
  type RecordIoError,
} from './recordio/record-decoder.js';
export { fromThousandths, toThousandths } from './resources/scalar.js';
export {
  addRanges,
  coalesceRanges,
  containsRanges,
  countRanges,
  formatRanges,
  numbersInRanges,
  rangesOverlap,
  subtractRanges,
  type Ranges,
} from './resources/ranges.js';
export {
  isAllocatableTo,
  reservationsOf,
  reservedRole,
  toRefinedFormat,
  toUnrefinedFormat,
} from './resources/reservation.js';
export { identityOf, isIndivisible } from './resources/identity.js';
export {
  addResources,
  allocateTo,
  containsResources,
  subtractResources,
  sumRanges,
  sumScalar,
  withoutAllocation,
} from './resources/arithmetic.js';
export {
  formatResources,
  formatValue,
  parseResources,
  rangesResource,
  scalarResource,
  setResource,
  type ParsedResources,
} from './resources/text-form.js';
export { validateResource } from './resources/validation.js';
export { validateRole } from './resources/roles.js';
export type { MasterDetector } from './detection/master-detector.js';
export { parseMasterUrls, type ParsedMasterUrls } from './detection/master-urls.js';
export { masterUrl, type MasterUrlOptions } from './detection/master-nodes.js';
export { MasterWatch, type MasterWatchSettings } from './detection/master-watch.js';
export { UrlListDetector } from './detection/url-list-detector.js';
export { ZooKeeperDetector, type ZooKeeperDetectorSettings } from './detection/zookeeper-detector.js';
export {
  createSchedulerClient,
  type SchedulerClient,
  type SchedulerClientSettings,
} from './client/scheduler-client.js';
export type { SchedulerHandlers } from './client/handlers.js';
export type { ClientState } from './client/subscription-loop.js';
export { DEFAULT_CLIENT_OPTIONS, type ClientOptions } from './client/client-options.js';
export {
  httpTransport,
  type CallAnswer,
  type CallConnections,
  type CallRequest,
  type CallRoute,
  type MasterTransport,
} from './client/transport.js';
export type { SubscribeAnswer, SubscribeRequest, SubscriptionStream } from './client/subscribe-request.js';
export type { CallResult } from './client/call-result.js';
export type { Alert, DisconnectReason, FatalError } from './client/reasons.js';
export {
  authorizationHeader,
  type Authentication,
  type AuthorizationHeader,
} from './client/authentication.js';
export { systemClock, type Clock } from './client/clock.js';
export type { Logger } from './client/logger.js';
export { isEmptyResource } from './resources/value.js';
