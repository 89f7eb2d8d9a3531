import type { Reader } from '../../json/reader.js';
import { array, boolean, isObject, literal, long, record, set, string } from '../../json/reader.js';
import { object, optional, required, withDefault } from '../../json/object-reader.js';
import { Violations } from '../../violations.js';
import { labels, nonEmptyText } from './common.js';

const mode = literal('RO', 'RW');
const containerPath = nonEmptyText;

const persistentVolume = object({
  containerPath: required(containerPath),
  persistent: required(
    object({
      type: optional(literal('root', 'path', 'mount')),
      size: required(long({ min: 0 })),
      maxSize: optional(long({ min: 0 })),
      profileName: optional(string()),
      constraints: withDefault(set(array(string())), []),
    }),
  ),
  mode: required(mode),
});

const dvdiVolume = object({
  containerPath: required(containerPath),
  external: required(
    object({
      size: optional(long({ min: 0 })),
      name: optional(string()),
      provider: optional(string()),
      options: withDefault(labels, {}),
      shared: withDefault(boolean, false),
    }),
  ),
  mode: required(mode),
});

const csiVolume = object({
  containerPath: required(containerPath),
  external: required(
    object({
      name: required(string()),
      provider: required(literal('csi')),
      options: required(
        object({
          pluginName: required(nonEmptyText),
          capability: required(
            object({
              accessMode: required(
                literal(
                  'SINGLE_NODE_WRITER',
                  'SINGLE_NODE_READER_ONLY',
                  'MULTI_NODE_READER_ONLY',
                  'MULTI_NODE_SINGLE_WRITER',
                  'MULTI_NODE_MULTI_WRITER',
                ),
              ),
              accessType: required(literal('block', 'mount')),
              fsType: optional(string()),
              mountFlags: optional(array(string())),
            }),
          ),
          nodeStageSecret: optional(record(string())),
          nodePublishSecret: optional(record(string())),
          volumeContext: optional(labels),
        }),
      ),
    }),
  ),
  mode: required(mode),
});

const secretVolume = object({ containerPath: required(containerPath), secret: required(nonEmptyText) });

const hostVolume = object({
  containerPath: required(containerPath),
  hostPath: required(nonEmptyText),
  mode: required(mode),
});

type Values<T> = T extends Reader<infer V> ? V : never;
export type SubmittedPersistentVolume = Values<typeof persistentVolume>;
export type SubmittedVolume =
  | SubmittedPersistentVolume
  | Values<typeof dvdiVolume>
  | Values<typeof csiVolume>
  | Values<typeof secretVolume>
  | Values<typeof hostVolume>;

const ALTERNATIVES: readonly Reader<SubmittedVolume>[] = [
  persistentVolume,
  dvdiVolume,
  csiVolume,
  secretVolume,
];

/**
 * A volume is the first shape that fits; one that fits none is reported as a bad host volume
 * (`spec/definitions.md` §2.4, §5.3), except that a CSI volume is reported as such (§16 no. 16).
 */
export const volume: Reader<SubmittedVolume> = (json, path, violations) => {
  for (const alternative of ALTERNATIVES) {
    const trial = new Violations();
    const value = alternative(json, path, trial);
    if (trial.isEmpty) return value;
  }
  return isCsi(json) ? csiVolume(json, path, violations) : hostVolume(json, path, violations);
};

function isCsi(json: unknown): boolean {
  return isObject(json) && isObject(json['external']) && json['external']['provider'] === 'csi';
}
