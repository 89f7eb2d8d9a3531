export { appIdsOf } from './app-ids-of.js';
export { extendJson, writeAppJson, writeSubmittedAppJson } from './app-json.js';
export { busEvent, type BusEvent } from './bus-event.js';
export { busEventsOf } from './bus-events-of.js';
export { cloudEventOf, cloudEventType, EVENT_SOURCE } from './cloud-event.js';
export { matchesGlob } from './glob.js';
export { recorded } from './recorded-event.js';
