import { constants } from 'node:os';
import type { LinkFaults, LinkPartition } from '../link/link.js';
import type { DrainConfig } from '../master/agents/agent-operations.js';
import type { Restart } from './agent-member.js';
import { ControlError } from './cluster-control.js';

type Kind = 'number' | 'string' | 'boolean';

/** The members of a request body, taken one by one; what nobody takes is refused. */
export class ControlBody {
  private readonly taken = new Set<string>();

  private constructor(private readonly members: Readonly<Record<string, unknown>>) {}

  /** No text is an empty object. */
  static parse(text: string): ControlBody {
    let parsed: unknown;
    try {
      parsed = text.trim() === '' ? {} : JSON.parse(text);
    } catch {
      throw new ControlError(400, 'the body is not JSON');
    }
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

/** `{delay_ms?, loss?}`. */
export function faultsOf(body: ControlBody): LinkFaults {
  const loss = body.number('loss') ?? 0;
  if (loss > 1) throw new ControlError(400, '`loss` must be from 0 to 1');
  return { delayMs: body.number('delay_ms') ?? 0, loss };
}

/** `{signal?}`, such as `SIGKILL`, which is also the default. */
export function signalOf(body: ControlBody): NodeJS.Signals {
  const signal = body.text('signal') ?? 'SIGKILL';
  if (!(signal in constants.signals)) throw new ControlError(400, `unknown signal ${signal}`);
  return signal as NodeJS.Signals;
}

/** `{for?}`, in seconds. */
export function durationMsOf(body: ControlBody): number | undefined {
  const seconds = body.number('for');
  return seconds === undefined ? undefined : seconds * 1_000;
}
