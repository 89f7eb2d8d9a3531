import { bareType, textType, toggleType } from '../values/basic-types.js';
import type { ValueType } from '../values/value-type.js';

/** A flag of an older Marathon; it never gives a value of its own. */
export interface LegacyFlag {
  readonly type: ValueType<unknown>;
  /** `alias` hands its value to the flag of today. */
  readonly treatment: 'ignore' | 'refuse' | 'alias';
  readonly aliasOf?: string;
  readonly hint?: string;
}

const anyText = textType('a text', () => true) as ValueType<unknown>;
const ignored: LegacyFlag = { type: anyText, treatment: 'ignore' };
const ignoredToggle: LegacyFlag = { type: toggleType, treatment: 'ignore' };
const ignoredBare: LegacyFlag = { type: bareType, treatment: 'ignore' };
const alias = (aliasOf: string): LegacyFlag => ({ type: anyText, treatment: 'alias', aliasOf });

/** Flags that Marathon 1.11 rejects as unknown, accepted so that old unit files still start (`spec/operations.md §9.2`). */
export const legacyFlags: Readonly<Record<string, LegacyFlag>> = {
  revive_offers_for_new_apps: ignoredToggle,
  revive_offers_repetitions: ignored,
  max_tasks_per_offer: alias('max_instances_per_offer'),
  max_tasks_per_offer_cycle: ignored,
  save_tasks_to_launch_timeout: ignored,
  task_lost_expunge_gc: ignored,
  zk_hosts: alias('zk'),
  zk_state: alias('zk'),
  marathon_store_timeout: alias('zk_timeout'),
  artifact_store: {
    type: anyText,
    treatment: 'refuse',
    hint: 'artifact upload is gone; serve artifacts from a web server and name them in `fetch`',
  },
  reporter_graphite: ignored,
  reporter_datadog: ignored,
  metrics_averaging_window: ignored,
  enable_metrics: ignoredBare,
  tracing: ignoredBare,
  disable_tracing: ignoredBare,
  enable_tracing: ignoredBare,
};
