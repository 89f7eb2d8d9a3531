import { eventFlags } from './event-flags.js';
import type { Flag } from './flag.js';
import { httpFlags } from './http-flags.js';
import { kafkaFlags } from './kafka-flags.js';
import { legacyFlags, type LegacyFlag } from './legacy-flags.js';
import { mesosFlags } from './mesos-flags.js';
import { metricsFlags } from './metrics-flags.js';
import { processFlags } from './process-flags.js';
import { schedulingFlags } from './scheduling-flags.js';
import { storageFlags } from './storage-flags.js';
import { tuningFlags } from './tuning-flags.js';

/** All flags of today, in the order of the help text. */
export const FLAGS = {
  ...processFlags,
  ...mesosFlags,
  ...httpFlags,
  ...storageFlags,
  ...kafkaFlags,
  ...schedulingFlags,
  ...eventFlags,
  ...metricsFlags,
  ...tuningFlags,
};

export type FlagTable = typeof FLAGS;
export type FlagName = keyof FlagTable;

/** Headings of the help text. */
export const SECTIONS: readonly { readonly title: string; readonly names: readonly string[] }[] = [
  { title: 'This process', names: Object.keys(processFlags) },
  { title: 'Mesos and framework', names: Object.keys(mesosFlags) },
  { title: 'HTTP', names: Object.keys(httpFlags) },
  { title: 'Storage and high availability', names: Object.keys(storageFlags) },
  { title: 'Event log on Kafka', names: Object.keys(kafkaFlags) },
  { title: 'Offers, launching, reconciliation', names: Object.keys(schedulingFlags) },
  { title: 'Events, features, plugins', names: Object.keys(eventFlags) },
  { title: 'Metrics and logging', names: Object.keys(metricsFlags) },
  { title: 'Internal tuning', names: Object.keys(tuningFlags) },
];

/** Flags that print something and end; they are not settings. */
export const ACTION_FLAGS = ['help', 'help_all', 'version'] as const;

const flagsByName: ReadonlyMap<string, Flag> = new Map(Object.entries(FLAGS as Record<string, Flag>));
const legacyByName: ReadonlyMap<string, LegacyFlag> = new Map(Object.entries(legacyFlags));

/** All flags of today with their names. */
export const flagEntries = (): Iterable<readonly [name: string, flag: Flag]> => flagsByName.entries();

/** A flag of today, by its exact name. */
export const flagNamed = (name: string): Flag | undefined => flagsByName.get(name);

/** What a written name stands for: `disable_x` stands for the toggle `x`, negated. */
export type Resolved =
  | { readonly name: string; readonly negated: boolean; readonly flag: Flag }
  | { readonly name: string; readonly negated: boolean; readonly legacy: LegacyFlag };

/** Finds a flag by name, both spellings (`framework-name`, `framework_name`). */
export function resolveFlag(written: string): Resolved | undefined {
  const name = written.replaceAll('-', '_');
  return lookUp(name, false) ?? (name.startsWith('disable_') ? lookUp(name.slice(8), true) : undefined);
}

function lookUp(name: string, negated: boolean): Resolved | undefined {
  const flag = flagsByName.get(name);
  if (flag !== undefined)
    return negated && flag.type.arity !== 'toggle' ? undefined : { name, negated, flag };
  const legacy = legacyByName.get(name);
  if (legacy === undefined || (negated && legacy.type.arity !== 'toggle')) return undefined;
  return { name, negated, legacy };
}

/** Every name somebody may have meant, for "did you mean". */
export function knownNames(): readonly string[] {
  const toggles = [...flagsByName]
    .filter(([, flag]) => flag.type.arity === 'toggle')
    .map(([name]) => `disable_${name}`);
  return [...ACTION_FLAGS, ...flagsByName.keys(), ...toggles];
}
