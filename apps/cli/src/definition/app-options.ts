import type { Input } from '../command-line/input.js';
import { numberOf } from '../command-line/input.js';
import type { OptionTable } from '../command-line/command.js';
import { UsageError } from '../errors.js';
import type { JsonObject } from './read-definition.js';

/** Options for what simple apps consist of. */
export const APP_OPTIONS: OptionTable = {
  cmd: { value: 'COMMAND', description: 'shell command to run' },
  instances: { value: 'N', description: 'how many copies' },
  cpus: { value: 'N', description: 'CPUs of each' },
  mem: { value: 'MIB', description: 'memory of each' },
  disk: { value: 'MIB', description: 'disk of each' },
  image: { value: 'IMAGE', description: 'docker image to run in' },
  port: {
    value: 'PORT',
    repeatable: true,
    description:
      'a port: of the container with --image (published on a free one), else of the host; 0 for any',
  },
  env: { value: 'NAME=VALUE', repeatable: true, description: 'an environment variable' },
  label: { value: 'NAME=VALUE', repeatable: true, description: 'a label' },
};

/**
 * What the options say, as members of a definition. `base` is what they come on top of: maps are extended, not
 * replaced.
 *
 * @throws {UsageError} a value cannot be.
 */
export function fromAppOptions(input: Input, base: JsonObject): JsonObject {
  const numbers = ['instances', 'cpus', 'mem', 'disk'].flatMap((name) => {
    const value = input.number(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  const cmd = input.option('cmd');
  return {
    ...(cmd === undefined ? {} : { cmd }),
    ...Object.fromEntries(numbers),
    ...containerAndPorts(input, base),
    ...mapOf(input, { option: 'env', member: 'env' }, base),
    ...mapOf(input, { option: 'label', member: 'labels' }, base),
  };
}

function containerAndPorts(input: Input, base: JsonObject): JsonObject {
  const image = input.option('image');
  const ports = input.list('port').map((text) => {
    const port = numberOf(text, '`--port`');
    if (!Number.isInteger(port) || port > 65_535) throw new UsageError(`there is no port ${text}`);
    return port;
  });
  const present = base['container'] as { readonly docker?: object } | undefined;
  if (image === undefined && present?.docker === undefined) {
    if (ports.length === 0) return {};
    const portDefinitions = ports.map((port) => ({ port, protocol: 'tcp' }));
    return { portDefinitions, requirePorts: ports.every((port) => port > 0) };
  }
  if (image === undefined && ports.length === 0) return {};
  const portMappings = ports.map((containerPort) => ({ containerPort, hostPort: 0, protocol: 'tcp' }));
  const container = {
    type: 'DOCKER',
    ...present,
    ...(image === undefined ? {} : { docker: { ...present?.docker, image } }),
    ...(ports.length === 0 ? {} : { portMappings }),
  };
  return { container, ...(ports.length === 0 ? {} : { networks: [{ mode: 'container/bridge' }] }) };
}

function mapOf(
  input: Input,
  { option, member }: { readonly option: string; readonly member: string },
  base: JsonObject,
): JsonObject {
  const pairs = input.list(option).map((text) => {
    const at = text.indexOf('=');
    if (at < 1) throw new UsageError(`\`--${option}\` takes NAME=VALUE, not \`${text}\``);
    return [text.slice(0, at), text.slice(at + 1)] as const;
  });
  if (pairs.length === 0) return {};
  return { [member]: { ...(base[member] as JsonObject | undefined), ...Object.fromEntries(pairs) } };
}
