export type {
  Actor,
  BatchHandler,
  EventLog,
  NewEvent,
  PositionRange,
  Snapshot,
  StoredEvent,
  StoredSnapshot,
  Subscription,
} from './port.js';
export { LogFencedError, LogOpenError, LogUnavailableError, UnknownSchemaError } from './errors.js';
export type { LogUnavailableCode } from './errors.js';
export { createMemoryEventLog } from './memory/memory-event-log.js';
export type { MemoryEventLog, MemoryEventLogOptions } from './memory/memory-event-log.js';
export type { MemoryFaults } from './memory/memory-faults.js';
export { wholeLines } from './sqlite/whole-lines.js';
export { positionAt } from './position-at.js';
export type { TimedLog } from './position-at.js';
export { EventFile } from './sqlite/event-file.js';
export { makeFolder, makePrivateDatabase, PRIVATE_FOLDER_MODE } from './sqlite/private-files.js';
export { openSqliteEventLog } from './sqlite/open-sqlite-event-log.js';
export type { SqliteEventLogOptions } from './sqlite/open-sqlite-event-log.js';
export { openKafkaEventLog } from './kafka/load-kafka-event-log.js';
export type { KafkaEventLogOptions, KafkaTls, KafkaTopicAddress } from './kafka/kafka-options.js';
export { ExitGate } from './threads/exit-gate.js';
export { threadProgram } from './threads/thread-program.js';
export { createUpcaster } from './upcasting/upcaster.js';
export type { Upcaster, UpcastStep, UpcastSteps } from './upcasting/upcaster.js';
