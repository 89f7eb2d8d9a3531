export { KeyFileError } from './key-files.js';
export { SealBrokenError } from './secret-box.js';
export { WebhookSecrets, type KeyPlace } from './webhook-secrets.js';
