import { array, boolean, int, literal, set, string } from '../../json/reader.js';
import { object, optional, requiredInLeaf, withDefault } from '../../json/object-reader.js';
import { count, nonEmptyText, port, shortText } from './common.js';

/** `healthChecks[]` (`spec/definitions.md` §10.1). */
export const healthCheck = object({
  protocol: withDefault(
    literal('HTTP', 'HTTPS', 'TCP', 'COMMAND', 'MESOS_HTTP', 'MESOS_HTTPS', 'MESOS_TCP'),
    'HTTP',
  ),
  path: optional(string()),
  port: optional(port),
  portIndex: optional(port),
  command: optional(object({ value: requiredInLeaf(string()) })),
  ignoreHttp1xx: optional(boolean),
  ipProtocol: withDefault(literal('IPv4', 'IPv6'), 'IPv4'),
  gracePeriodSeconds: withDefault(count, 300),
  intervalSeconds: withDefault(count, 60),
  timeoutSeconds: withDefault(int(), 20),
  maxConsecutiveFailures: withDefault(count, 3),
  delaySeconds: withDefault(count, 15),
});

/** `check` (§10.2); which kinds may stand together is a rule of phase C. */
export const check = object({
  http: optional(
    object({
      port: optional(port),
      portIndex: optional(port),
      path: optional(shortText),
      scheme: withDefault(literal('HTTP', 'HTTPS'), 'HTTP'),
    }),
  ),
  tcp: optional(object({ port: optional(port), portIndex: optional(port) })),
  exec: optional(
    object({
      command: requiredInLeaf(
        object({ shell: optional(nonEmptyText), argv: optional(array(string(), { minLength: 1 })) }),
      ),
    }),
  ),
  intervalSeconds: withDefault(count, 60),
  timeoutSeconds: withDefault(count, 20),
  delaySeconds: withDefault(count, 15),
});

/** `readinessChecks[]` (§10.3). */
export const readinessCheck = object({
  name: withDefault(nonEmptyText, 'readinessCheck'),
  protocol: withDefault(literal('HTTP', 'HTTPS'), 'HTTP'),
  path: withDefault(shortText, '/'),
  portName: withDefault(string(), 'http-api'),
  intervalSeconds: withDefault(count, 30),
  timeoutSeconds: withDefault(int({ min: 1 }), 10),
  httpStatusCodesForReady: withDefault(set(int(), { minLength: 1 }), [200]),
  preserveLastResponse: withDefault(boolean, false),
});
