export { ApiModule } from './api.module.js';
export type { ApiOptions } from './api-options.js';
export type { Leadership } from './leadership.js';
export { differenceFromLeader } from './standby/differs-from-leader.js';
export { TlsFilesError } from './listeners/tls-material.js';
export { listen, type Listening } from './listeners/listen.js';
export { createHttpAdapter } from './server/create-http-adapter.js';
export { presentState } from './present-state.js';
