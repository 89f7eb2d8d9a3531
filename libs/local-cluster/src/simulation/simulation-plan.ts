import type { ClockMode } from '../runtime/adjustable-clock.js';
import type { BehaviorRule } from './behavior-rules.js';
import type { Distribution } from './distribution.js';
import type { BehaviorChange } from './parse-behavior.js';

/** Agents that have everything in common but their number. */
export interface AgentGroup {
  readonly count: number;
  /** May hold `{i}`, `{i:05}`, `{i%40}`: the number within the group. */
  readonly hostname: string;
  /** Address of the first one. */
  readonly ipBase: string | undefined;
  /** As Mesos writes resources. */
  readonly resources: string;
  readonly attributes: string | undefined;
  readonly domain: { readonly region: string; readonly zone: string } | undefined;
  readonly troubles: AgentTroubles;
}

/** What goes wrong with agents by itself (spec/local-cluster.md §26.2); absent members never happen. */
export interface AgentTroubles {
  /** Start of the simulation to the first registration. */
  readonly joinMs?: Distribution | undefined;
  /** Time between crashes of its machine, which end all tasks, and the time it takes to come back. */
  readonly mtbfMs?: Distribution | undefined;
  readonly mttrMs?: Distribution | undefined;
  /** Partitions from the master per hour, and how long each one takes. */
  readonly partitionRate?: number | undefined;
  readonly partitionMs?: Distribution | undefined;
  /** Restarts of the agent process per hour; tasks survive them. */
  readonly restartRate?: number | undefined;
  /** Connection to (re-)registration. */
  readonly regDelayMs?: Distribution | undefined;
  /** Everything its tasks do takes so many times as long. */
  readonly slow?: Distribution | undefined;
}

/** Which agents an event is about. */
export type AgentSelection =
  { readonly random: number } | { readonly hostname: string } | { readonly all: true };

/** Something that happens to agents at a given time. */
export interface TimedEvent {
  readonly atMs: number;
  readonly action: TimedAction;
  readonly agents: AgentSelection;
  /** Undone after this time, where that is possible. */
  readonly forMs: number | undefined;
}

/** Actions of the control API that need nothing but an agent. */
export const TIMED_ACTIONS = [
  'partition',
  'disconnect',
  'heal',
  'stop',
  'start',
  'restart',
  'unreachable',
  'gone',
  'drain',
  'deactivate',
  'reactivate',
  'unregister',
] as const;

export type TimedAction = (typeof TIMED_ACTIONS)[number];

/** A simulated cluster as its file, or its address, describes it (spec/local-cluster.md §26.1). */
export interface SimulationPlan {
  readonly seed: number;
  readonly clock: ClockMode;
  readonly groups: readonly AgentGroup[];
  readonly defaults: BehaviorChange;
  readonly rules: readonly BehaviorRule[];
  readonly events: readonly TimedEvent[];
}

/** What an agent has unless somebody says otherwise. */
export const DEFAULT_GROUP: AgentGroup = {
  count: 1,
  hostname: 'sim-{i:05}.cluster.test',
  ipBase: undefined,
  resources: 'cpus:32;mem:131072;disk:1000000;ports:[31000-32000]',
  attributes: undefined,
  domain: undefined,
  troubles: {},
};
