import { array, literal, string } from '../../json/reader.js';
import { object, optional, required, withDefault } from '../../json/object-reader.js';
import { labels, nonEmptyText, port, portName, protocol } from './common.js';

const NETWORK_NAME = /^[a-z0-9](?:[-a-z0-9_]*[a-z0-9])?$/;

/** `networks[]` (`spec/definitions.md` §7.1). */
export const network = object({
  mode: withDefault(literal('host', 'container', 'container/bridge'), 'container'),
  name: optional(string({ minLength: 1, maxLength: 63, matches: (text) => NETWORK_NAME.test(text) })),
  labels: optional(labels),
});

/** `portDefinitions[]` (§7.2). */
export const portDefinition = object({
  port: withDefault(port, 0),
  name: optional(portName),
  protocol: withDefault(protocol, 'tcp'),
  labels: optional(labels),
});

/** `container.portMappings[]` and its deprecated twin below `docker` (§7.2). */
export const portMapping = object({
  containerPort: withDefault(port, 0),
  hostPort: optional(port),
  servicePort: withDefault(port, 0),
  name: optional(portName),
  protocol: withDefault(protocol, 'tcp'),
  labels: withDefault(labels, {}),
  networkNames: optional(array(string())),
});

/** The deprecated `ipAddress` (§7.3); its `groups` are ignored. */
export const ipAddress = object({
  networkName: optional(nonEmptyText),
  labels: optional(labels),
  discovery: optional(
    object({
      ports: withDefault(
        array(
          object({
            number: withDefault(port, 0),
            name: required(portName),
            protocol: withDefault(protocol, 'tcp'),
            labels: withDefault(labels, {}),
          }),
        ),
        [],
      ),
    }),
  ),
});
