import { isIPv4 } from 'node:net';
import type { ClockMode } from '../runtime/adjustable-clock.js';
import { parseRules } from './behavior-rules.js';
import { parseDistribution, type Distribution } from './distribution.js';
import { list, number, object, only, parseBehavior, text } from './parse-behavior.js';
import {
  DEFAULT_GROUP,
  TIMED_ACTIONS,
  type AgentGroup,
  type AgentSelection,
  type AgentTroubles,
  type SimulationPlan,
  type TimedAction,
  type TimedEvent,
} from './simulation-plan.js';

/** Enough for any experiment on one machine. */
const MOST_AGENTS = 100_000;

/**
 * Reads a plan as it stands in a file (spec/local-cluster.md §26.1).
 *
 * @throws Error that says what is wrong, the place in the file first.
 */
export function parsePlan(given: unknown): SimulationPlan {
  const members = object(given, 'the simulation');
  only(members, ['seed', 'clock', 'agents', 'behaviors', 'default', 'events'], 'the simulation');
  const groups = list(members['agents'] ?? [{}], 'agents').map((group, index) =>
    parseGroup(group, `agents[${index}]`),
  );
  const total = groups.reduce((sum, { count }) => sum + count, 0);
  if (total === 0 || total > MOST_AGENTS)
    throw new Error(`agents must be from 1 to ${MOST_AGENTS}, not ${total}`);
  return {
    seed: number(members['seed'] ?? 1, 'seed'),
    clock: parseClock(members['clock'] ?? 'real'),
    groups,
    defaults: parseBehavior(members['default'] ?? {}, 'default'),
    rules: parseRules(members['behaviors'] ?? [], 'behaviors'),
    events: list(members['events'] ?? [], 'events').map((event, index) =>
      parseEvent(event, `events[${index}]`),
    ),
  };
}

/**
 * Reads `real`, `scaled:k`, `virtual` or `virtual:auto` (§26.4).
 *
 * @throws Error when it is none of them.
 */
export function parseClock(given: unknown): ClockMode {
  const written = text(given, 'clock');
  const [, scale] = /^scaled:(\d+(?:\.\d+)?)$/.exec(written) ?? [];
  if (scale !== undefined && Number(scale) > 0) return { kind: 'scaled', scale: Number(scale) };
  if (written === 'real') return { kind: 'real' };
  if (written === 'virtual') return { kind: 'virtual' };
  if (written === 'virtual:auto') return { kind: 'virtual', autoAdvance: true };
  throw new Error(`clock must be real, scaled:k, virtual or virtual:auto, not ${written}`);
}

function parseGroup(given: unknown, name: string): AgentGroup {
  const members = object(given, name);
  const { count = 1, hostname, ip_base: ipBase, resources, attributes, domain, ...troubles } = members;
  if (!Number.isInteger(count) || (count as number) < 0)
    throw new Error(`${name}.count must be a whole number`);
  if (ipBase !== undefined && !isIPv4(text(ipBase, `${name}.ip_base`)))
    throw new Error(`${name}.ip_base must be an IPv4 address`);
  return {
    count: count as number,
    hostname: text(hostname ?? DEFAULT_GROUP.hostname, `${name}.hostname`),
    ipBase: ipBase as string | undefined,
    resources: text(resources ?? DEFAULT_GROUP.resources, `${name}.resources`),
    attributes: attributes === undefined ? undefined : text(attributes, `${name}.attributes`),
    domain: domain === undefined ? undefined : parseDomain(domain, `${name}.domain`),
    troubles: parseTroubles(troubles, name),
  };
}

function parseDomain(given: unknown, name: string): { region: string; zone: string } {
  const { region, zone, ...others } = object(given, name);
  only(others, [], name);
  return { region: text(region, `${name}.region`), zone: text(zone, `${name}.zone`) };
}

function parseTroubles(members: Record<string, unknown>, name: string): AgentTroubles {
  const known = 'join_ms mtbf_ms mttr_ms partition_rate partition_ms restart_rate reg_delay_ms slow'.split(
    ' ',
  );
  only(members, known, name);
  const spread = (key: string): Distribution | undefined =>
    members[key] === undefined ? undefined : parseDistribution(members[key], `${name}.${key}`);
  const rate = (key: string): number | undefined =>
    members[key] === undefined ? undefined : number(members[key], `${name}.${key}`);
  return {
    joinMs: spread('join_ms'),
    mtbfMs: spread('mtbf_ms'),
    mttrMs: spread('mttr_ms'),
    partitionRate: rate('partition_rate'),
    partitionMs: spread('partition_ms'),
    restartRate: rate('restart_rate'),
    regDelayMs: spread('reg_delay_ms'),
    slow: spread('slow'),
  };
}

function parseEvent(given: unknown, name: string): TimedEvent {
  const members = object(given, name);
  only(members, ['at_ms', 'action', 'agents', 'for_ms'], name);
  const action = text(members['action'], `${name}.action`);
  if (!(TIMED_ACTIONS as readonly string[]).includes(action))
    throw new Error(`${name}.action must be one of ${TIMED_ACTIONS.join(', ')}`);
  return {
    atMs: number(members['at_ms'] ?? 0, `${name}.at_ms`),
    action: action as TimedAction,
    agents: parseSelection(members['agents'], `${name}.agents`),
    forMs: members['for_ms'] === undefined ? undefined : number(members['for_ms'], `${name}.for_ms`),
  };
}

function parseSelection(given: unknown, name: string): AgentSelection {
  if (given === undefined || given === 'all') return { all: true };
  const members = object(given, name);
  only(members, ['random', 'hostname'], name);
  if (members['random'] !== undefined) return { random: number(members['random'], `${name}.random`) };
  return { hostname: text(members['hostname'], `${name}.hostname`) };
}
