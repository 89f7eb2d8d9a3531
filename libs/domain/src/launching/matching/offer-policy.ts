import type { Offer } from '../../cluster/mesos-shapes.js';
import type { AppDefinition } from '../../definitions/app/app-definition.js';

const NANOSECONDS_PER_MS = 1_000_000;

/** Whether the agent is in, or about to enter, a maintenance window (`spec/scheduling.md` §3.7). */
export function isUnderMaintenance(
  { unavailability }: Offer,
  drainingSeconds: number,
  nowMs: number,
): boolean {
  if (unavailability === undefined) return false;
  const startMs = unavailability.start.nanoseconds / NANOSECONDS_PER_MS;
  if (nowMs <= startMs - drainingSeconds * 1000) return false;
  const { duration } = unavailability;
  return duration === undefined || nowMs <= startMs + duration.nanoseconds / NANOSECONDS_PER_MS;
}

/** Whether the constraints alone decide about the region (`spec/scheduling.md` §3.6). */
export function choosesFaultDomain({ constraints }: AppDefinition): boolean {
  return constraints.some(([field]) => field === '@region' || field === '@zone');
}

/** Whether an offer of this region may be used without such a constraint. */
export function isLocalRegion(region: string | undefined, localRegion: string | undefined): boolean {
  return region === undefined || region === localRegion;
}

export type GpuSchedulingBehavior = 'restricted' | 'unrestricted';

/** Whether the app must leave agents with GPUs to others (`spec/scheduling.md` §3.8). */
export function avoidsGpuAgents(app: AppDefinition, fallback: GpuSchedulingBehavior): boolean {
  if (app.gpus > 0) return false;
  const label = app.labels['GPU_SCHEDULING_BEHAVIOR'];
  return (label === 'restricted' || label === 'unrestricted' ? label : fallback) === 'restricted';
}
