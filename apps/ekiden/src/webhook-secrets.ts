import { join } from 'node:path';
import type { Configuration } from '#configuration';
import { KeyFileError, WebhookSecrets } from '#secrets';
import { isShared } from './open-log.js';
import { SettingError } from './setting-error.js';

const OWN_KEY_FILE = 'webhook.key';

/**
 * What seals the secrets of webhooks: the key of the flag, else one of this node alone, which is of no use where several
 * nodes share a log.
 *
 * @throws {SettingError} the file of the flag holds no key.
 */
export function webhookSecrets(
  configuration: Pick<Configuration, 'webhookKeyFile' | 'dataDir' | 'eventLog'>,
): WebhookSecrets {
  const { webhookKeyFile: path, dataDir } = configuration;
  try {
    if (path !== undefined) return new WebhookSecrets({ kind: 'given', path });
  } catch (error) {
    if (error instanceof KeyFileError) throw new SettingError(`--webhook_key_file: ${error.message}`);
    throw error;
  }
  if (isShared(configuration)) return new WebhookSecrets({ kind: 'missing' });
  return new WebhookSecrets({ kind: 'own', path: join(dataDir, OWN_KEY_FILE) });
}
