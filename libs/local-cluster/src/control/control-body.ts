import { constants } from 'node:os';
import { TASK_STATES, type TaskStatus } from '#mesos';
import type { LinkFaults, LinkPartition } from '../link/link.js';
import type { DrainConfig } from '../master/agents/agent-operations.js';
import type { NewAgents, Restart, TaskEnd } from './cluster-member.js';
import type { ClockMode } from '../runtime/adjustable-clock.js';
import { ControlError } from './control-error.js';
import type { PlannedFault } from './http-faults.js';
import type { Failover } from './master-seat.js';

type Kind = 'number' | 'string' | 'boolean';

/** The members of a request body, taken one by one; what nobody takes is refused. */
export class ControlBody {
  private readonly taken = new Set<string>();

  private constructor(private readonly members: Readonly<Record<string, unknown>>) {}

  /** No text, like `null`, is an empty object; a list is one under the name `steps`. */
  static parse(text: string): ControlBody {
    let parsed: unknown;
    try {
      parsed = text.trim() === '' ? {} : JSON.parse(text);
    } catch {
      throw new ControlError(400, 'the body is not JSON');
    }
    return ControlBody.of(Array.isArray(parsed) ? { steps: parsed as unknown[] } : (parsed ?? {}));
  }

  static of(parsed: unknown): ControlBody {
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
      throw new ControlError(400, 'the body must be a JSON object');
    }
    return new ControlBody(parsed as Record<string, unknown>);
  }

  number(name: string): number | undefined {
    const value = this.take(name, 'number') as number | undefined;
    if (value !== undefined && value < 0) throw new ControlError(400, `\`${name}\` must not be negative`);
    return value;
  }

  text(name: string): string | undefined {
    return this.take(name, 'string') as string | undefined;
  }

  flag(name: string): boolean {
    return (this.take(name, 'boolean') as boolean | undefined) ?? false;
  }

  needed<Value>(name: string, value: Value | undefined): Value {
    if (value === undefined) throw new ControlError(400, `\`${name}\` is missing`);
    return value;
  }

  list(name: string): readonly unknown[] {
    this.taken.add(name);
    const value = this.members[name] ?? [];
    if (!Array.isArray(value)) throw new ControlError(400, `\`${name}\` must be a list`);
    return value as unknown[];
  }

  object(name: string): unknown {
    this.taken.add(name);
    return this.members[name] ?? {};
  }

  /** All members, whatever they are called. */
  all(): Readonly<Record<string, unknown>> {
    for (const name of Object.keys(this.members)) this.taken.add(name);
    return this.members;
  }

  /** Throws when there is a member that nobody took. */
  finish(): void {
    const unknown = Object.keys(this.members).find((name) => !this.taken.has(name));
    if (unknown !== undefined) throw new ControlError(400, `unknown member \`${unknown}\``);
  }

  private take(name: string, kind: Kind): unknown {
    this.taken.add(name);
    const value = this.members[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== kind) throw new ControlError(400, `\`${name}\` must be a ${kind}`);
    return value;
  }
}

/** `{direction: both | to_agent | to_master}`. */
export function partitionOf(body: ControlBody): LinkPartition {
  const direction = body.text('direction') ?? 'both';
  if (!['both', 'to_agent', 'to_master'].includes(direction)) {
    throw new ControlError(400, '`direction` must be one of both, to_agent, to_master');
  }
  return { toAgent: direction !== 'to_master', toMaster: direction !== 'to_agent' };
}

/** `{wipe?, new_boot?}`. */
export function restartOf(body: ControlBody): Restart {
  return { wipe: body.flag('wipe'), newBoot: body.flag('new_boot') };
}

/** `{max_grace_period?, mark_gone?}`, in seconds. */
export function drainOf(body: ControlBody): DrainConfig {
  const seconds = body.number('max_grace_period');
  return {
    markGone: body.flag('mark_gone'),
    maxGracePeriodMs: seconds === undefined ? undefined : seconds * 1_000,
  };
}

/** `{delay_ms?, loss?, duplicate?, reorder?}`: all but the first are shares of the messages. */
export function faultsOf(body: ControlBody): LinkFaults {
  const share = (name: string): number => {
    const value = body.number(name) ?? 0;
    if (value > 1) throw new ControlError(400, `\`${name}\` must be from 0 to 1`);
    return value;
  };
  return {
    delayMs: body.number('delay_ms') ?? 0,
    loss: share('loss'),
    duplicate: share('duplicate'),
    reorder: share('reorder'),
  };
}

/** `{code | signal, message?}`; without either `SIGKILL`. Processes take no code and no message. */
export function taskEndOf(body: ControlBody): TaskEnd {
  const code = body.number('code');
  const message = body.text('message');
  if (code !== undefined) return { code, message };
  const signal = body.text('signal') ?? 'SIGKILL';
  if (!(signal in constants.signals)) throw new ControlError(400, `unknown signal ${signal}`);
  return { signal, message };
}

/** `{for?}`, in seconds. */
export function durationMsOf(body: ControlBody): number | undefined {
  const seconds = body.number('for');
  return seconds === undefined ? undefined : seconds * 1_000;
}

/** `{count?, attributes?, resources?, domain?: "region/zone"}`. */
export function newAgentsOf(body: ControlBody): { count: number; kind: NewAgents } {
  const count = body.number('count') ?? 1;
  if (!Number.isInteger(count) || count < 1)
    throw new ControlError(400, '`count` must be a positive integer');
  const [region, zone] = (body.text('domain') ?? '').split('/');
  const kind = { attributes: body.text('attributes'), resources: body.text('resources') };
  if (!region) return { count, kind };
  if (!zone) throw new ControlError(400, '`domain` must be region/zone');
  const domain = { fault_domain: { region: { name: region }, zone: { name: zone } } };
  return { count, kind: { ...kind, domain } };
}

/** `{path, call_type?, status?, delay_ms?, drop_response?, times?}`; once unless said otherwise. */
export function httpFaultOf(body: ControlBody): PlannedFault {
  const times = body.number('times') ?? 1;
  if (!Number.isInteger(times) || times < 1)
    throw new ControlError(400, '`times` must be a positive integer');
  const status = body.number('status');
  if (status !== undefined && (!Number.isInteger(status) || status < 200 || status > 599)) {
    throw new ControlError(400, '`status` must be from 200 to 599');
  }
  return {
    path: body.needed('path', body.text('path')).replace(/^\/master\//, '/'),
    callType: body.text('call_type'),
    status,
    delayMs: body.number('delay_ms'),
    dropResponse: body.flag('drop_response'),
    times,
  };
}

/** `{lose_registry?, agent_delay_ms?, unavailable_ms?}`. */
export function failoverOf(body: ControlBody): Failover {
  return {
    loseRegistry: body.flag('lose_registry'),
    agentDelayMs: body.number('agent_delay_ms') ?? 0,
    unavailableMs: body.number('unavailable_ms') ?? 0,
  };
}

/** `{mode: real | scaled | virtual, scale?}`. */
export function clockModeOf(body: ControlBody): ClockMode {
  const kind = body.text('mode');
  const scale = body.number('scale');
  if (kind === 'scaled') {
    if (scale === undefined || scale === 0) throw new ControlError(400, '`scale` must be above 0');
    return { kind, scale };
  }
  if (scale !== undefined) throw new ControlError(400, '`scale` belongs to the mode `scaled`');
  if (kind === 'real' || kind === 'virtual') return { kind };
  throw new ControlError(400, '`mode` must be one of real, scaled, virtual');
}

/** Members of a TaskStatus; `state`, if there is one, is one that Mesos has. */
export function statusOf(body: ControlBody): Partial<TaskStatus> {
  const status = body.all() as Partial<TaskStatus>;
  if (status.state !== undefined && !(TASK_STATES as readonly string[]).includes(status.state)) {
    throw new ControlError(400, `unknown state ${status.state as string}`);
  }
  return status;
}
