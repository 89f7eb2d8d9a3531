import type { Violation } from '../result.js';
import { Violations } from '../violations.js';
import type { AppDefinition, AppVolume, UnversionedApp } from './app-definition.js';

/** A function of the contract that this version does not carry out yet. */
interface Unsupported {
  /** Where an app asks for it; nothing when it does not. */
  readonly paths: (app: UnversionedApp) => readonly string[];
  readonly what: string;
  /** What to do instead. */
  readonly instead: string;
}

/**
 * Everything that is valid by the contract but not built yet. Rows go as functions come; an app that passes every
 * rule and no row is run exactly as it says.
 */
const TABLE: readonly Unsupported[] = [
  {
    paths: (app) => volumePaths(app, (volume) => 'persistent' in volume),
    what: 'persistent volumes',
    instead: 'write to the sandbox or to a path of the host',
  },
  {
    paths: (app) => volumePaths(app, (volume) => 'external' in volume),
    what: 'external volumes',
    instead: 'write to the sandbox or to a path of the host',
  },
  {
    paths: (app) => volumePaths(app, (volume) => 'secret' in volume),
    what: 'secret volumes',
    instead: 'pass values through env or fetch',
  },
  {
    paths: (app) => when(Object.keys(app.secrets).length > 0, '/secrets'),
    what: 'secrets',
    instead: 'pass values through env or fetch',
  },
  {
    paths: (app) =>
      Object.entries(app.env).flatMap(([name, value]) => when(typeof value !== 'string', `/env/${name}`)),
    what: 'secret references',
    instead: 'pass the value itself',
  },
  {
    paths: (app) => when(app.executor !== '' && app.executor !== '//cmd', '/executor'),
    what: 'custom executors',
    instead: "leave executor out or use '//cmd'",
  },
  { paths: (app) => when(app.tty === true, '/tty'), what: 'terminals', instead: 'leave tty out' },
];

/**
 * Which fields of a valid app this version refuses. Asked last, after every rule of the contract; the answer goes out
 * as 422 `Object is not valid`.
 */
export function unsupportedFields(app: UnversionedApp | AppDefinition): Violation[] {
  const violations = new Violations();
  for (const { paths, what, instead } of TABLE) {
    for (const path of paths(app)) {
      violations.add(path, `${what} are not supported by this version of Ekiden; ${instead}`);
    }
  }
  return violations.list();
}

function when(asked: boolean, path: string): readonly string[] {
  return asked ? [path] : [];
}

function volumePaths(app: UnversionedApp, matches: (volume: AppVolume) => boolean): readonly string[] {
  return (app.container?.volumes ?? []).flatMap((volume, index) =>
    when(matches(volume), `/container/volumes(${index})`),
  );
}
