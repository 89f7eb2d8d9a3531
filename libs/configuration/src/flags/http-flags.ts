import {
  bareType,
  integerType,
  ipType,
  listType,
  millisecondsType,
  networkListType,
  pathType,
  portType,
  textType,
  toggleType,
} from '../values/basic-types.js';
import { httpCredentialsType } from '../values/http-credentials.js';
import { parsed, unexpected } from '../values/value-type.js';
import { flag, quantity } from './flag.js';

const LATER = { treatment: 'later' } as const;

const methodListType = listType(
  'a comma-separated list of HTTP methods in capitals',
  (item) => (/^[A-Z]+$/.test(item) ? parsed(item) : unexpected),
  'METHOD,…',
);

const pathListType = listType(
  'a comma-separated list of paths that start with `/`',
  (item) => (item.startsWith('/') ? parsed(item) : unexpected),
  '/PATH,…',
);

/** The HTTP server (`spec/operations.md §9.2, §9.4, §10`). */
export const httpFlags = {
  disable_http: flag(bareType, 'No plain listener; the address announced is that of the TLS listener.', {
    default: false,
  }),
  http_address: flag(
    ipType,
    'Address to listen on. Only this machine can connect unless another one is given; 0.0.0.0 opens the API to the ' +
      'network, so set http_credentials with it.',
    { default: '127.0.0.1' },
  ),
  http_port: flag(portType, 'Port to listen on; 0 takes a free one.', { default: 8080 }),
  https_address: flag(ipType, 'Address of the TLS listener; that of http_address unless given.'),
  https_port: flag(portType, 'Port of the TLS listener; 0 takes a free one.', { default: 8443 }),
  ssl_keystore_path: flag(pathType, 'Key store (PKCS12) of the TLS listener.', {
    treatment: 'map',
    defaultVariable: 'MESOSPHERE_KEYSTORE_PATH',
  }),
  ssl_keystore_password: flag(textType(), 'Password of the key store.', {
    secret: true,
    defaultVariable: 'MESOSPHERE_KEYSTORE_PASS',
  }),
  ssl_keystore_password_file: flag(pathType, 'File with the password of the key store.', {
    fileOf: 'ssl_keystore_password',
  }),
  tls_cert: flag(pathType, 'Certificate of the TLS listener, its chain behind it (PEM).'),
  tls_key: flag(pathType, 'Key of the TLS listener (PEM).'),
  tls_ca: flag(pathType, 'Certificate authorities to trust between nodes, beside the known ones (PEM).'),
  tls_client_ca: flag(
    pathType,
    'Certificate authorities (PEM); the TLS listener then asks every client for a certificate of theirs.',
  ),
  http_credentials: flag(httpCredentialsType, 'Ask for this user and password on every path.', {
    secret: true,
    defaultVariable: 'MESOSPHERE_HTTP_CREDENTIALS',
  }),
  http_credentials_file: flag(pathType, 'File with the user and password to ask for.', {
    fileOf: 'http_credentials',
  }),
  http_credentials_exempt: flag(pathListType, 'Paths served without credentials, such as /ping,/metrics.'),
  http_realm: flag(
    textType('a text without `"` and control characters', (text) => /^[^"\p{Cc}]+$/u.test(text)),
    'Realm of the authentication challenge.',
    { default: 'Mesosphere' },
  ),
  http_compression: flag(toggleType, 'Compress responses.', { default: true }),
  http_max_concurrent_requests: flag(integerType(1), 'Requests served at a time; further ones get 503.'),
  access_control_allow_origin: flag(
    listType('a comma-separated list of origins', undefined, 'ORIGIN,…'),
    'Origins that browsers may read answers from; `*` for all.',
  ),
  access_control_allow_methods: flag(methodListType, 'Methods that foreign origins may use.', {
    default: ['GET', 'HEAD', 'OPTIONS'],
  }),
  trusted_proxies: flag(networkListType, 'Peers whose X-Forwarded-For is believed.'),
  assets_path: flag(pathType, 'Directory that replaces the bundled web UI.', { ...LATER, hidden: true }),
  leader_proxy_max_open_connections: flag(integerType(1), 'Connections from a standby to the leader.', {
    default: 64,
  }),
  leader_proxy_connection_timeout: quantity(millisecondsType(), 'ms', 'Time to connect to the leader.', {
    default: 5000,
  }),
  leader_proxy_read_timeout: quantity(millisecondsType(), 'ms', 'Time to wait for the leader to answer.', {
    default: 10_000,
  }),
  leader_proxy_ssl_ignore_hostname: flag(bareType, 'Do not check the host name of the leader.', {
    default: false,
  }),
};
