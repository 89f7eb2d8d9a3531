export { ApiModule } from './api.module.js';
export type { Leadership } from './leadership.js';
export type { ApiOptions } from './api-options.js';
export { createHttpAdapter } from './server/create-http-adapter.js';
