export { eventLogPath, isShared, openEventLog, type LogHost } from './open-log.js';
export { Ekiden, type EkidenOptions, type SharedParts, type Stopped } from './ekiden.js';
