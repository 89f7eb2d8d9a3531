import { array, boolean, int, literal, string } from '../../json/reader.js';
import { object, optional, required, requiredInLeaf, withDefault } from '../../json/object-reader.js';
import { nonEmptyText } from './common.js';
import { portMapping } from './network-schema.js';
import { volume } from './volume-schema.js';

const docker = object({
  image: required(nonEmptyText),
  forcePullImage: withDefault(boolean, false),
  privileged: withDefault(boolean, false),
  parameters: withDefault(array(object({ key: required(nonEmptyText), value: required(string()) })), []),
  pullConfig: optional(object({ secret: required(nonEmptyText) })),
  credential: optional(object({ principal: requiredInLeaf(string()), secret: optional(string()) })),
  network: optional(literal('BRIDGE', 'HOST', 'NONE', 'USER')),
  portMappings: optional(array(portMapping)),
});

const linuxInfo = object({
  seccomp: optional(object({ profileName: optional(string()), unconfined: withDefault(boolean, false) })),
  ipcInfo: optional(
    object({ mode: requiredInLeaf(literal('PRIVATE', 'SHARE_PARENT')), shmSize: optional(int()) }),
  ),
});

/** `container` (`spec/definitions.md` §5). */
export const container = object({
  type: withDefault(literal('MESOS', 'DOCKER'), 'DOCKER'),
  docker: optional(docker),
  volumes: withDefault(array(volume), []),
  portMappings: optional(array(portMapping)),
  linuxInfo: optional(linuxInfo),
});
