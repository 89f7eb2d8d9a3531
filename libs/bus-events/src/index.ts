export { extendJson, writeAppJson, writeSubmittedAppJson } from './app-json.js';
export { busEvent, type BusEvent } from './bus-event.js';
export { busEventsOf } from './bus-events-of.js';
export { matchesGlob } from './glob.js';
export { recorded } from './recorded-event.js';
