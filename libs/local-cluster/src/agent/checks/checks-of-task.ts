import type { CheckInfo, CommandInfo, HealthCheck, TaskInfo } from '#mesos';
import type { CheckSpec, HealthCheckSpec, ProbeSpec } from '../../supervisor/protocol.js';
import type { Executable } from '../sandbox/command.js';
import { declaredVariables } from '../sandbox/environment.js';

/** What checks take over from the task. */
export interface CheckedTask {
  /** Variables of COMMAND checks beneath their own. */
  readonly environment: Readonly<Record<string, string>>;
  /** What a COMMAND check executes, as the task's user; nothing when there is no command. */
  readonly executable: (command: CommandInfo) => Executable | undefined;
  /** Grace period of a kill for bad health. */
  readonly killGraceMs: number;
}

/** Checks for the supervisor, or why there can be none. */
export type TaskChecks =
  | {
      readonly ok: true;
      readonly specs: {
        readonly healthCheck?: HealthCheckSpec | undefined;
        readonly check?: CheckSpec | undefined;
      };
    }
  | { readonly ok: false; readonly error: string };

/** Values of Mesos's messages that a check may leave out. */
const defaults = { delaySecs: 15, intervalSecs: 10, timeoutSecs: 20, graceSecs: 10, consecutiveFailures: 3 };

/**
 * What the supervisor has to do for `health_check` and `check` of a task (spec/local-cluster.md §15). The master has
 * refused checks that lack what their type needs.
 */
export function checksOf(task: TaskInfo, context: CheckedTask): TaskChecks {
  const { health_check: health, check } = task;
  const healthProbe = health && healthProbeOf(health, context);
  if (healthProbe?.ok === false) return healthProbe;
  const checkProbe = check && checkProbeOf(check, context);
  if (checkProbe?.ok === false) return checkProbe;
  return {
    ok: true,
    specs: {
      healthCheck: health &&
        healthProbe && {
          probe: healthProbe.probe,
          ...rhythmOf(health),
          gracePeriodMs: secondsToMs(health.grace_period_seconds ?? defaults.graceSecs),
          consecutiveFailures: health.consecutive_failures ?? defaults.consecutiveFailures,
          killGraceMs: context.killGraceMs,
        },
      check: check && checkProbe && { probe: checkProbe.probe, ...rhythmOf(check) },
    },
  };
}

type Probe =
  { readonly ok: true; readonly probe: ProbeSpec } | { readonly ok: false; readonly error: string };

function healthProbeOf({ type, command, http, tcp }: HealthCheck, context: CheckedTask): Probe {
  if (type === 'HTTP' && http !== undefined) return httpProbe(http);
  if (type === 'TCP' && tcp !== undefined) return tcpProbe(tcp.port);
  return commandProbe(command ?? {}, context);
}

function checkProbeOf({ type, command, http, tcp }: CheckInfo, context: CheckedTask): Probe {
  if (type === 'HTTP' && http !== undefined) return httpProbe(http);
  if (type === 'TCP' && tcp !== undefined) return tcpProbe(tcp.port);
  return commandProbe(command?.command ?? {}, context);
}

function httpProbe(http: NonNullable<HealthCheck['http']>): Probe {
  const host = http.protocol === 'IPv6' ? '[::1]' : '127.0.0.1';
  const url = `${http.scheme ?? 'http'}://${host}:${http.port}${http.path ?? ''}`;
  return URL.canParse(url)
    ? { ok: true, probe: { type: 'HTTP', url } }
    : { ok: false, error: `Invalid address of an HTTP check: ${url}` };
}

/** The reference connects by IPv4 whatever the check says. */
function tcpProbe(port: number): Probe {
  return { ok: true, probe: { type: 'TCP', host: '127.0.0.1', port } };
}

function commandProbe(command: CommandInfo, { environment, executable: executableOf }: CheckedTask): Probe {
  const executable = executableOf(command);
  if (executable === undefined) return { ok: false, error: 'A COMMAND check has no command' };
  const own = declaredVariables(command);
  if (!own.ok) return own;
  const variables = { ...environment, ...own.variables };
  return { ok: true, probe: { type: 'COMMAND', ...executable, environment: variables } };
}

function rhythmOf(check: HealthCheck | CheckInfo): Omit<CheckSpec, 'probe'> {
  return {
    delayMs: secondsToMs(check.delay_seconds ?? defaults.delaySecs),
    intervalMs: secondsToMs(check.interval_seconds ?? defaults.intervalSecs),
    timeoutMs: secondsToMs(check.timeout_seconds ?? defaults.timeoutSecs),
  };
}

const secondsToMs = (seconds: number): number => seconds * 1_000;
