export { isShared, openEventLog } from './open-log.js';
export { Ekiden, type EkidenOptions, type SharedParts, type Stopped } from './ekiden.js';
