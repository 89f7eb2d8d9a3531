export { Ekiden, type EkidenOptions, type Stopped } from './ekiden.js';
