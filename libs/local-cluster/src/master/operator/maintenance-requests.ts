import {
  machineKey,
  machineProblem,
  machineText,
  type MachineId,
  type MaintenanceWindow,
} from '../agents/machines.js';

/** A schedule, or what is wrong with it. */
export type ParsedSchedule =
  | { readonly ok: true; readonly windows: readonly MaintenanceWindow[] }
  | { readonly ok: false; readonly error: string };

/** Machines, or what is wrong with them. */
export type ParsedMachines =
  | { readonly ok: true; readonly machines: readonly MachineId[] }
  | { readonly ok: false; readonly error: string };

/** JSON, or what is wrong with it. */
export type ParsedJson =
  { readonly ok: true; readonly document: unknown } | { readonly ok: false; readonly error: string };

export function parseJson(text: string): ParsedJson {
  try {
    return { ok: true, document: JSON.parse(text) };
  } catch {
    return { ok: false, error: 'Failed to convert JSON into Protobuf: the body is not JSON' };
  }
}

/** Checks `{"windows": [{"machine_ids": [{"hostname", "ip"}], "unavailability": {"start", "duration"}}]}`. */
export function readSchedule(document: unknown): ParsedSchedule {
  const windows = (document as { windows?: unknown } | null)?.windows ?? [];
  if (!Array.isArray(windows)) return { ok: false, error: "Expecting 'windows' to be a list" };
  const seen = new Set<string>();
  for (const window of windows as (Partial<MaintenanceWindow> | null)[]) {
    const error = windowProblem(window ?? {}, seen);
    if (error !== undefined) return { ok: false, error };
  }
  return { ok: true, windows: windows as MaintenanceWindow[] };
}

/** Checks `[{"hostname", "ip"}]`. */
export function readMachines(document: unknown): ParsedMachines {
  if (!Array.isArray(document) || document.length === 0) {
    return { ok: false, error: 'List of machines is empty' };
  }
  const error = machinesProblem(document, { seen: new Set(), where: 'the list of machines' });
  return error === undefined ? { ok: true, machines: document as MachineId[] } : { ok: false, error };
}

function windowProblem(window: Partial<MaintenanceWindow>, seen: Set<string>): string | undefined {
  const { machine_ids: machines, unavailability } = window;
  if (!Array.isArray(machines) || machines.length === 0) {
    return 'List of machines in the maintenance window is empty';
  }
  if (typeof unavailability?.start?.nanoseconds !== 'number') {
    return "Expecting 'unavailability.start' to be set";
  }
  if ((unavailability.duration?.nanoseconds ?? 0) < 0) return "Unavailability 'duration' is negative";
  return machinesProblem(machines, { seen, where: 'the schedule' });
}

function machinesProblem(
  machines: readonly unknown[],
  { seen, where }: { readonly seen: Set<string>; readonly where: string },
): string | undefined {
  for (const machine of machines) {
    const problem = machineProblem(machine);
    if (problem !== undefined) return problem;
    const id = machine as MachineId;
    if (seen.has(machineKey(id))) return `Machine '${machineText(id)}' appears more than once in ${where}`;
    seen.add(machineKey(id));
  }
  return undefined;
}
