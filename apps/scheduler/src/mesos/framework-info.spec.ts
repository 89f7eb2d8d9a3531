import { loadConfiguration } from '#configuration';
import { expect, it } from 'vitest';
import { frameworkInfo } from './framework-info.js';

const KEY_STORE = ['--ssl_keystore_path', '/s', '--ssl_keystore_password', 'p'];
const PEM = ['--tls_cert', '/c', '--tls_key', '/k'];

it.each([
  [['--hostname', 'o1'], 'http://o1:8080'],
  [['--hostname', '::1', '--http_port', '1'], 'http://[::1]:1'],
  [['--hostname', 'o1', ...KEY_STORE], 'https://o1:8443'],
  [['--hostname', '::1', '--https_port', '2', '--disable_http', ...PEM], 'https://[::1]:2'],
  [['--webui_url', 'http://ui/', ...PEM], 'http://ui/'],
])('the UI is found where it is: %j', (argv, url) => {
  const loaded = loadConfiguration({ argv, env: {} });
  if (!loaded.ok || !('configuration' in loaded)) throw new Error(JSON.stringify(loaded));
  expect(frameworkInfo(loaded.configuration, []).webui_url).toBe(url);
});
