import {
  bytesType,
  choiceType,
  integerType,
  listType,
  millisecondsType,
  networkListType,
  pathType,
  toggleType,
  urlType,
} from '../values/basic-types.js';
import { deprecatedFeaturesType, featuresType } from '../values/features.js';
import { parsed, unexpected } from '../values/value-type.js';
import { flag, quantity } from './flag.js';

const LATER = { treatment: 'later' } as const;

const callbackListType = listType(
  'a comma-separated list of http:// or https:// addresses without credentials',
  (item) => {
    const url = urlType.parse(item).ok ? new URL(item) : undefined;
    return url !== undefined && url.username === '' && url.password === '' ? parsed(item) : unexpected;
  },
  'URL,…',
);

/** Events, features, plugins (`spec/operations.md §9.2–9.4`). */
export const eventFlags = {
  event_stream_max_outstanding_messages: flag(
    integerType(1),
    'Events waiting for one slow reader of the stream.',
    {
      default: 1024,
    },
  ),
  event_stream_max_outstanding_bytes: quantity(
    bytesType,
    'bytes',
    'Bytes waiting for one slow reader of the stream.',
    {
      default: 16 * 1024 * 1024,
    },
  ),
  enable_features: flag(
    featuresType,
    'Features to enable: vips, gpu_resources, http_callbacks; task_killing is always on.',
    {
      default: [],
    },
  ),
  deprecated_features: flag(
    deprecatedFeaturesType,
    'Keys of features that Marathon deprecated; none has an effect.',
    {
      default: [],
      treatment: 'ignore',
    },
  ),
  event_subscriber: flag(
    choiceType('http_callback'),
    'Take callback addresses at /v2/eventSubscriptions and post every event to them, as Marathon did before 1.5.',
  ),
  http_endpoints: flag(callbackListType, 'Callback addresses that are always there.'),
  http_event_callback_slow_consumer_timeout: quantity(
    millisecondsType(1),
    'ms',
    'A callback that takes longer to answer is left alone for a while.',
    { default: 10_000 },
  ),
  http_event_request_timeout: quantity(millisecondsType(1), 'ms', 'Time that a callback may take at all.', {
    default: 10_000,
  }),
  webhook_key_file: flag(
    pathType,
    'File with 32 random bytes in base64, the same on every node: the key that seals the secrets of webhooks. Without ' +
      'it a node that shares its log with nobody makes one in data_dir.',
  ),
  webhook_denied_networks: flag(
    networkListType,
    'Networks that no webhook and no callback may reach, such as 169.254.0.0/16.',
  ),
  plugin_dir: flag(pathType, 'Directory of plugins.', LATER),
  plugin_conf: flag(pathType, 'Descriptor of plugins.', LATER),
  ui_mesos_facade: flag(toggleType, 'Answer what the original web UI asks of Mesos.', {
    ...LATER,
    default: false,
    given: false,
  }),
  strict_group_authz: flag(toggleType, 'Ask for rights on every group a change touches.', {
    ...LATER,
    default: false,
    given: false,
  }),
};
