import { loadConfiguration, type ConfigurationResult } from './load-configuration.js';

type Started = Extract<ConfigurationResult, { readonly action: 'start' | 'check' }>;

export interface Sources {
  readonly argv?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Contents by path. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Loads on a machine that is the same everywhere. */
export function load(sources: Sources = {}): ConfigurationResult {
  return loadConfiguration({
    argv: sources.argv ?? [],
    env: sources.env ?? {},
    readFile: (path) => {
      const { files = {} } = sources;
      const text = Object.hasOwn(files, path) ? files[path] : undefined;
      if (text === undefined) throw new Error('no such file');
      return text;
    },
    machine: { hostname: 'node1', userName: 'ops', cpus: 4 },
  });
}

/** The settings of sources that are in order; fails with the messages when they are not. */
export function loaded(sources: Sources = {}): Started {
  const result = load(sources);
  if (!result.ok) throw new Error(result.messages.join('\n'));
  if (!('configuration' in result)) throw new Error(`the action is ${result.action}`);
  return result;
}

/** The messages about sources that are not in order. */
export function refusal(sources: Sources): readonly string[] {
  const result = load(sources);
  if (result.ok) throw new Error('the sources were accepted');
  return result.messages;
}
