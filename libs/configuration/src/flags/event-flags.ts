import { bytesType, integerType, pathType, toggleType } from '../values/basic-types.js';
import { deprecatedFeaturesType, featuresType } from '../values/features.js';
import { flag, quantity } from './flag.js';

const LATER = { treatment: 'later' } as const;

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
  enable_features: flag(featuresType, 'Features to enable: vips, gpu_resources; task_killing is always on.', {
    default: [],
  }),
  deprecated_features: flag(
    deprecatedFeaturesType,
    'Keys of features that Marathon deprecated; none has an effect.',
    {
      default: [],
      treatment: 'ignore',
    },
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
