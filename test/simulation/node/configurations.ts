import { loadConfiguration, type Configuration } from '#configuration';

const known = new Map<string, Configuration>();

/** The configuration that flags come to; the same flags are read once. */
export function configurationOf(node: string, flags: readonly string[]): Configuration {
  const key = [node, ...flags].join(' ');
  let configuration = known.get(key);
  if (configuration === undefined) {
    configuration = load(node, flags);
    if (known.size > 500) known.clear();
    known.set(key, configuration);
  }
  return configuration;
}

function load(node: string, flags: readonly string[]): Configuration {
  const argv = [
    '--event_log',
    'kafka://simulated/ekiden',
    '--zk',
    'zk://simulated:2181/marathon',
    '--master',
    'http://mesos:5050',
    '--hostname',
    node,
    '--data_dir',
    '/nonexistent',
    ...flags,
  ];
  const loaded = loadConfiguration({ argv, env: {} });
  if (!loaded.ok || !('configuration' in loaded)) throw new Error(JSON.stringify(loaded));
  return loaded.configuration;
}
