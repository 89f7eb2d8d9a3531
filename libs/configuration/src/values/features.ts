import { listType } from './basic-types.js';
import { parsed, refused, unsupported, type Parsed } from './value-type.js';

/** Names that `--enable_features` takes in this version (`spec/operations.md §9.3`). */
export const FEATURES = ['vips', 'task_killing', 'gpu_resources', 'http_callbacks'] as const;

const LATER_FEATURES = ['external_volumes', 'secrets'];

function checkFeature(name: string): Parsed<unknown> {
  if (FEATURES.some((known) => known === name)) return parsed(name);
  if (LATER_FEATURES.includes(name)) return unsupported(`with the feature \`${name}\``);
  if (name === 'maintenance_mode') {
    return refused('no longer takes `maintenance_mode`; use --[disable_]maintenance_mode');
  }
  return refused(`has the unknown feature \`${name}\`; known are ${FEATURES.join(', ')}`);
}

export const featuresType = listType('a comma-separated list of features', checkFeature, 'NAME,…');

/** How each deprecated feature of Marathon is met (`spec/operations.md §9.3`). */
const DEPRECATED_FEATURES: Readonly<Record<string, 'refuse' | 'ignore' | 'later'>> = {
  app_c: 'refuse',
  sync_proxy: 'ignore',
  json_schemas_resource: 'ignore',
  kamon_metrics: 'ignore',
  text_plain_tasks: 'ignore',
  disable_text_plain_tasks: 'later',
  api_heavy_events: 'later',
  proxy_events: 'later',
  sanitize_accepted_resource_roles: 'later',
};

function checkDeprecatedFeature(name: string): Parsed<unknown> {
  if (!Object.hasOwn(DEPRECATED_FEATURES, name)) {
    return refused(
      `has the unknown key \`${name}\`; known are ${Object.keys(DEPRECATED_FEATURES).join(', ')}`,
    );
  }
  switch (DEPRECATED_FEATURES[name]) {
    case 'refuse':
      return refused(`has \`${name}\`, which was removed`);
    case 'later':
      return unsupported(`with the key \`${name}\``);
    default:
      return parsed(name);
  }
}

/** Accepted keys change nothing: what they restored is either always there or gone for good. */
export const deprecatedFeaturesType = listType(
  'a comma-separated list of deprecated features',
  checkDeprecatedFeature,
  'NAME,…',
);
